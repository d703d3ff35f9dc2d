// Package gatetest is the world in which the gate is tested: a small lake, a policy over it, the corpus of
// ways past the gate and that of right reads. It is for tests of this room and of those that run what the
// gate lets through. It judges nothing itself. Start at World.
package gatetest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
)

func table(name string, rows, bytes int64, columns ...string) *catalog.Asset {
	a := &catalog.Asset{Name: catalog.ParseName(name, "", ""), Rows: rows, Bytes: bytes}
	for _, c := range columns {
		name, typ, _ := strings.Cut(c, " ")
		a.Columns = append(a.Columns, catalog.Column{Name: name, Type: typ})
	}
	return a
}

// World is the lake of the corpus.
func World() *catalog.Snapshot {
	clicks := table("lake.shop.clicks", 1000, 1<<20, "day date", "kind varchar", "user_id bigint")
	clicks.Requires = []string{"day"}
	view := func(name, sql string, columns ...string) *catalog.Asset {
		a := table(name, -1, -1, columns...)
		a.View, a.ViewSQL = true, sql
		return a
	}
	return catalog.New([]*catalog.Asset{
		view("lake.shop.order_list", "SELECT id, region FROM lake.shop.orders", "id bigint", "region varchar"),
		view("lake.shop.order_count", "SELECT count(*) AS n FROM lake.shop.order_list", "n bigint"),
		view("lake.shop.product_list", "SELECT sku FROM lake.shop.products", "sku varchar"),
		view("lake.shop.unread", "", "a bigint"),
		view("lake.shop.pay_list", "SELECT who FROM lake.hr.pay", "who varchar"),
		view("lake.shop.ssn_list", "SELECT ssn FROM lake.shop.customers", "ssn varchar"),
		table("lake.shop.orders", 6, 4096, "id bigint", "customer_id bigint", "region varchar", "status varchar", "total decimal(12,2)", "day date", "note varchar", "tags array(varchar)"),
		table("lake.shop.customers", 4, 4096, "id bigint", "name varchar", "email varchar(100)", "phone varchar(20)", "country varchar", "born date", "ssn varchar"),
		table("lake.shop.products", 3, 4096, "sku varchar", "title varchar", "price decimal(10,2)"),
		table("lake.shop.returns", 3, 4096, "id bigint", "order_id bigint", "by varchar"),
		table("lake.shop.events", 1_000_000, 1<<30, "day date", "kind varchar", "user_id bigint"),
		table("lake.shop.archive", 1_000_000_000, 1<<45, "id bigint", "payload varchar"),
		clicks,
		table("lake.hr.pay", 4, 4096, "who varchar", "salary decimal(12,2)"),
		table("lake.hr.people", 4, 4096, "who varchar", "room varchar"),
		table("lake.vault.keys", 4, 4096, "k varchar"),
		table("ops.core.alerts", 4, 4096, "k varchar"),
		table("pg.public.accounts", 4, 4096, "id bigint", "name varchar"),
	}, nil, nil)
}

// Policy is what its policy says: of orders the sales people see their region, of returns everybody what they
// entered themselves for orders that are open; customers are masked; pay, the vault and another catalog are
// hidden.
func Policy() access.Policy {
	sales, notFinance := access.To{Groups: []string{"sales"}}, access.To{Unless: []string{"finance"}}
	customers := access.On{Tables: []string{"lake.shop.customers"}}
	return access.Policy{
		Rules: []access.Rule{{Tables: []string{"lake.hr.pay"}}, {Tables: []string{"lake.vault.*"}}, {Tables: []string{"ops.*.*"}}, {Columns: []string{"ssn"}}},
		Filters: []access.RowFilter{
			{Name: "own region", On: access.On{Tables: []string{"lake.shop.orders"}}, To: sales, Where: "region = 'north'"},
			{Name: "own entries", On: access.On{Tables: []string{"lake.shop.returns"}}, To: notFinance,
				Where: `"by" = current_user AND (in_group('audit') OR EXISTS (SELECT 1 FROM lake.shop.orders AS o WHERE o.id = order_id AND o.status = 'open'))`},
		},
		Masks: []access.Mask{
			{Name: "email", On: customers, To: notFinance, Columns: []string{"email"}, How: access.MaskHash, Salt: "pepper"},
			{Name: "phone", On: customers, To: notFinance, Columns: []string{"phone"}, How: access.MaskPartial, Keep: 2},
			{Name: "born", On: customers, To: notFinance, Columns: []string{"born"}, How: access.MaskNull},
			{Name: "name", On: customers, To: notFinance, Columns: []string{"name"}, How: access.MaskExpr, Expression: "substr(name, 1, 1) || '.'"},
		},
	}
}

// Ann makes the attempts.
var Ann = access.Principal{Name: "ann", Groups: []string{"sales"}}

// Attempt is one line of testdata/attempts.
type Attempt struct {
	File  string
	Line  int
	Codes []string // any of which refuses it rightly
	SQL   string
}

var escapes = regexp.MustCompile(`\\(n|r|t|\\|u\{[0-9a-f]+\})`)

// unescape turns \n, \r, \t, \\ and \u{200b} into what they name.
func unescape(s string) string {
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		case 'u':
			n, _ := strconv.ParseInt(e[3:len(e)-1], 16, 32)
			return string(rune(n))
		}
		return `\`
	})
}

// Attempts reads the corpus of ways past the gate from gate/testdata.
func Attempts(testdata string) (all []Attempt, err error) {
	files, err := filepath.Glob(filepath.Join(testdata, "attempts", "*.txt"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no attempts under %s: %w", testdata, err)
	}
	for _, f := range files {
		err := eachLine(f, func(n int, line string) error {
			code, sql, ok := strings.Cut(line, "  ")
			if !ok {
				return fmt.Errorf("no two blanks behind the code")
			}
			all = append(all, Attempt{filepath.Base(f), n, strings.Split(code, "|"), unescape(sql)})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Reads reads the corpus of right queries.
func Reads(testdata string) (all []string, err error) {
	err = eachLine(filepath.Join(testdata, "reads", "reads.txt"), func(_ int, line string) error {
		all = append(all, unescape(line))
		return nil
	})
	return all, err
}

// eachLine gives the lines of a corpus; # begins what is said of those below.
func eachLine(file string, each func(n int, line string) error) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(raw), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if err := each(i+1, line); err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return nil
}
