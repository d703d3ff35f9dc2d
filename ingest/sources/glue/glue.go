// Package glue reads the Glue catalog of an AWS account (Source) and what Lake Formation allows whom there
// (Permissions), by their JSON protocols or from files with answers of the AWS command line. It changes nothing. Start
// at Source.Read and Permissions.Read.
package glue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// Config says which catalog is read: Account, or Files.
type Config struct {
	Name    string           // of the source, in the workspace
	Now     func() time.Time // the clock
	Account *Account
	// Files and Patterns: answers of aws glue get-tables and get-databases, or of aws lakeformation
	// list-permissions, get-effective-permissions-for-path and list-data-cells-filter.
	Files    fs.FS
	Patterns []string

	Region string
	ID     string // of the account whose catalog is meant; empty: that of the key
	// Catalog is what Trino calls this catalog, where its tables are those of the lake. Empty: they are called as
	// lineage calls tables of Glue, arn:aws:glue:region:account/table/database/table.
	Catalog string
	Include []string // databases, or database.table, with * at the end for any; empty: all
	// Partitions counts the partitions of tables and tells when the newest came: a request or more for each table.
	Partitions bool
	NoTags     bool // leaves out the tags of Lake Formation, a request for each table
	Workers    int  // requests at a time; 4
}

// Account is how AWS is asked.
type Account struct {
	Glue, LakeFormation *rest.Client // at the endpoints of the region
	Credentials         aws.CredentialsProvider
	signer              *v4.Signer
}

func (c *Config) check() error {
	if c.Now == nil || (c.Account == nil) == (c.Files == nil) {
		return errors.New("glue: a source needs a clock, and either an account or files")
	}
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.Account != nil {
		if c.Region == "" || c.Account.Credentials == nil {
			return errors.New("glue: an account needs a region and credentials")
		}
		c.Account.signer = v4.NewSigner()
		for service, client := range map[string]*rest.Client{"glue": c.Account.Glue, "lakeformation": c.Account.LakeFormation} {
			if client != nil {
				client.Sign = c.Account.sign(service, c.Region)
			}
		}
	}
	return nil
}

// sign puts Signature Version 4 on a request.
func (a *Account) sign(service, region string) func(*http.Request, []byte) error {
	return func(r *http.Request, body []byte) error {
		keys, err := a.Credentials.Retrieve(r.Context())
		if err != nil {
			return errors.New("there are no credentials of AWS: " + strings.SplitN(err.Error(), "\n", 2)[0])
		}
		sum := sha256.Sum256(body)
		return a.signer.SignHTTP(r.Context(), keys, r, hex.EncodeToString(sum[:]), service, region, time.Now())
	}
}

// call asks for one page, again where AWS says that it is asked too often.
func call(ctx context.Context, c *rest.Client, target, path string, in, out any) error {
	h := http.Header{"Content-Type": {"application/json"}}
	if target != "" {
		h = http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {target}}
	}
	pause := 500 * time.Millisecond
	for try := 1; ; try++ {
		a, err := c.Do(ctx, http.MethodPost, path, in, h)
		what := target + strings.TrimPrefix(path, "/")
		switch code := rest.Code(err); {
		case err == nil:
			if err := json.Unmarshal(a.Body, out); err != nil {
				return fmt.Errorf("%s: %s: the answer is of another shape: %w", c.Base, what, err)
			}
			return nil
		case strings.Contains(code, "Throttl") || strings.Contains(code, "TooManyRequests") || strings.Contains(code, "RequestLimit"):
			if try == 6 {
				return fmt.Errorf("%s: %w", what, err)
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return ctx.Err()
			}
			pause *= 2
		case hints[code] != "":
			return &refused{code, fmt.Errorf("%s: %w; %s", what, err, hints[code])}
		default:
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

// refused is an error that AWS has a name for.
type refused struct {
	code string
	error
}

func (r *refused) Unwrap() error { return r.error }

// denied says that the account may not do one thing, or that it is gone: others may go well.
func denied(err error) bool {
	var r *refused
	return errors.As(err, &r) && (r.code == "AccessDeniedException" || r.code == "EntityNotFoundException")
}

var hints = map[string]string{
	"AccessDeniedException": "give the account the rights glue:GetDatabases, glue:GetTables, glue:GetPartitions, lakeformation:ListPermissions, lakeformation:ListDataCellsFilter and lakeformation:GetResourceLFTags", "UnrecognizedClientException": "look at the key of the account",
	"InvalidSignatureException": "look at the secret key and at the machine's clock", "ExpiredTokenException": "sign in again", "MissingAuthenticationTokenException": "the request carries no key; look at the credentials",
	"EntityNotFoundException": "see whether the account and the region are right", "IncompleteSignatureException": "look at the key of the account", "InvalidClientTokenId": "look at the key of the account",
}

// maxPages is where a listing that never ends is given up.
const maxPages = 100_000

// Source reads the tables of a catalog.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Account != nil && c.Account.Glue == nil {
		return nil, errors.New("glue: an account needs the endpoint of Glue")
	}
	return &Source{c}, nil
}

// reading is one run of a source.
type reading struct {
	*Config
	rep     catalog.Report
	clock   loose.Clock
	now     time.Time
	emit    func(catalog.Claim) error
	partial bool
}

func (c *Config) begin(ctx context.Context, system string, emit func(catalog.Claim) error) *reading {
	r := &reading{Config: c, now: c.Now()}
	r.emit = func(claim catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		claim.Source, claim.System, claim.FetchedAt = c.Name, system, r.now
		r.rep.Claims++
		return emit(claim)
	}
	return r
}

// Read reads all tables: Glue tells of no changes.
func (s *Source) Read(ctx context.Context, _ string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := s.begin(ctx, catalog.Glue, emit)
	var err error
	if s.Account != nil {
		err = r.account(ctx)
	} else {
		err = r.each(func(name string, doc map[string]json.RawMessage, list []json.RawMessage) error {
			return r.file(name, doc, list)
		})
	}
	if err != nil {
		return r.rep, fmt.Errorf("glue: %w", err)
	}
	r.clock.Note(r.rep.Count)
	r.rep.Whole = !r.partial
	return r.rep, nil
}

// maxFile is how large a file may be, in bytes.
const maxFile = 256 << 20

// each reads the files, each an object or a list.
func (r *reading) each(read func(name string, doc map[string]json.RawMessage, list []json.RawMessage) error) error {
	names, err := loose.Files(r.Files, r.Patterns)
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := r.Files.Open(name)
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(io.LimitReader(f, maxFile))
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var doc map[string]json.RawMessage
		var list []json.RawMessage
		if err := loose.Decode(raw, &doc, loose.Notes{}); err != nil {
			r.rep.Skip(name, err.Error())
			continue
		}
		if doc == nil {
			json.Unmarshal(raw, &list)
		}
		if err := read(name, doc, list); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) file(name string, doc map[string]json.RawMessage, list []json.RawMessage) error {
	switch {
	case doc["TableList"] != nil:
		if err := json.Unmarshal(doc["TableList"], &list); err != nil {
			r.rep.Skip(name, "its TableList is no list")
			return nil
		}
	case doc["Table"] != nil:
		list = []json.RawMessage{doc["Table"]}
	case doc["DatabaseList"] != nil:
		r.rep.Records++
		r.rep.Count("lists of databases")
		return nil
	case len(list) == 0:
		r.rep.Skip(name, "it holds no tables: it is no answer of get-tables or get-table")
		return nil
	}
	for i, raw := range list {
		t, err := r.table(raw)
		if err != nil {
			r.rep.Skip(fmt.Sprintf("%s, table %d", name, i+1), err.Error())
			continue
		}
		if !r.covers(t.Database, t.Name) {
			continue
		}
		if err := r.emit(r.claim(t, raw)); err != nil {
			return err
		}
	}
	return nil
}

// databases lists the databases that are wanted.
func (r *reading) databases(ctx context.Context) ([]string, error) {
	in := map[string]any{"MaxResults": 100}
	if r.ID != "" {
		in["CatalogId"] = r.ID
	}
	var out []string
	for range maxPages {
		var page struct {
			List []struct {
				Name string `json:"Name"`
			} `json:"DatabaseList"`
			Next string `json:"NextToken"`
		}
		if err := call(ctx, r.Account.Glue, "AWSGlue.GetDatabases", "/", in, &page); err != nil {
			return nil, err
		}
		for _, d := range page.List {
			if r.covers(d.Name, "") {
				out = append(out, d.Name)
			}
		}
		if page.Next == "" {
			return out, nil
		}
		in["NextToken"] = page.Next
	}
	return nil, errors.New("GetDatabases: the listing does not end")
}

// tables lists the tables of a database.
func (r *reading) tables(ctx context.Context, database string, read func(raw json.RawMessage) error) error {
	in := map[string]any{"DatabaseName": database, "MaxResults": 100}
	if r.ID != "" {
		in["CatalogId"] = r.ID
	}
	for range maxPages {
		var page struct {
			List []json.RawMessage `json:"TableList"`
			Next string            `json:"NextToken"`
		}
		if err := call(ctx, r.Account.Glue, "AWSGlue.GetTables", "/", in, &page); err != nil {
			return fmt.Errorf("database %s: %w", database, err)
		}
		for _, raw := range page.List {
			if err := read(raw); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		in["NextToken"] = page.Next
	}
	return fmt.Errorf("GetTables of %s: the listing does not end", database)
}

func (r *reading) account(ctx context.Context) error {
	databases, err := r.databases(ctx)
	if err != nil {
		return err
	}
	var wait []*table
	var claims []catalog.Claim
	for _, db := range databases {
		r.rep.Count("databases")
		err := r.tables(ctx, db, func(raw json.RawMessage) error {
			t, err := r.table(raw)
			if err != nil {
				r.rep.Skip("a table of "+db, err.Error())
				return nil
			}
			if r.covers(db, t.Name) {
				wait, claims = append(wait, t), append(claims, r.claim(t, raw))
			}
			return nil
		})
		switch {
		case denied(err):
			r.rep.Skip("database "+db, err.Error())
			r.partial = true
		case err != nil:
			return err
		}
	}
	if r.Partitions {
		var at []int
		for i, t := range wait {
			if len(t.Keys) > 0 && !t.iceberg() {
				at = append(at, i)
			}
		}
		counts := make([]partitions, len(wait))
		if err := rest.Each(ctx, r.Workers, at, func(ctx context.Context, i int) error {
			var err error
			counts[i], err = r.partitions(ctx, wait[i])
			return err
		}); err != nil {
			return err
		}
		for _, i := range at {
			counts[i].tell(&claims[i], &r.rep)
		}
	}
	for _, c := range claims {
		if err := r.emit(c); err != nil {
			return err
		}
	}
	return nil
}

// covers says whether a table is wanted; without a name, whether any of a database might be.
func (c *Config) covers(database, name string) bool {
	return len(c.Include) == 0 || slices.ContainsFunc(c.Include, func(p string) bool {
		db, table, has := strings.Cut(p, ".")
		return like(db, database) && (!has || name == "" || like(table, name))
	})
}

func like(pattern, name string) bool {
	if head, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(strings.ToLower(name), strings.ToLower(head))
	}
	return strings.EqualFold(pattern, name)
}

// id is what a table is called.
func (c *Config) id(account, database, name string) (about catalog.ID, aliases []catalog.ID) {
	if account == "" {
		account = c.ID
	}
	about = catalog.ID{Namespace: "arn:aws:glue:" + c.Region + ":" + account, Name: "table/" + database + "/" + name}
	if c.Catalog != "" {
		return catalog.TableID(catalog.Name{Catalog: c.Catalog, Schema: database, Table: name}), []catalog.ID{about}
	}
	return about, nil
}
