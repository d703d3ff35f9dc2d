package connect

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
)

// flow is that something goes into a topic or a table. from is empty where only the target is known.
type flow struct {
	from, to   catalog.ID
	kind       catalog.Kind
	confidence float64
}

// database is how a source connector of Debezium names tables and topics.
type database struct {
	scheme, port string
	// parts are those of a topic's name behind the prefix: d the database, s the schema, t the table. Lists of tables
	// have the parts that listed says.
	parts, listed string
	db            []string // settings that name the database, where a topic does not
}

// databases by what stands in the class of a connector (Debezium 2 and 3, topic names of the default strategy).
var databases = map[string]database{
	"io.debezium.connector.postgresql": {"postgres", "5432", "st", "st", []string{"database.dbname"}},
	"io.debezium.connector.mysql":      {"mysql", "3306", "dt", "dt", nil},
	"io.debezium.connector.mariadb":    {"mysql", "3306", "dt", "dt", nil},
	"io.debezium.connector.sqlserver":  {"mssql", "1433", "dst", "st", []string{"database.names", "database.dbname"}},
	"io.debezium.connector.oracle":     {"oracle", "1521", "st", "st", []string{"database.pdb.name", "database.dbname"}},
	"io.debezium.connector.db2":        {"db2", "50000", "st", "st", []string{"database.dbname"}},
	"io.debezium.connector.informix":   {"informix", "9088", "dst", "dst", []string{"database.dbname"}},
	"io.debezium.connector.vitess":     {"vitess", "15991", "dt", "dt", []string{"vitess.keyspace"}},
	"io.debezium.connector.mongodb":    {"mongodb", "27017", "dt", "dt", nil},
}

// urls finds the user and password within an address.
var urls = regexp.MustCompile(`(://)[^/@\s]+@`)

func (r *reading) topic(c *connector, name string) catalog.ID {
	ns := r.Namespace
	if ns == "" {
		servers := c.text("schema.history.internal.kafka.bootstrap.servers", "openlineage.integration.dataset.kafka.bootstrap.servers", "database.history.kafka.bootstrap.servers", "signal.kafka.bootstrap.servers")
		if all := split(servers); len(all) > 0 && !strings.Contains(all[0], "${") {
			ns = "kafka://" + strings.TrimPrefix(all[0], "PLAINTEXT://")
		}
	}
	return catalog.ID{Namespace: ns, Name: name}
}

// flows are what goes where; why is set where that cannot be said of a connector that one would expect it of.
func (r *reading) flows(c *connector) (out []flow, why string) {
	class := c.text("connector.class")
	dir := class[:max(0, strings.LastIndexByte(class, '.'))]
	switch d, ok := databases[dir]; {
	case class == "":
		return nil, "it names no connector.class"
	case ok && !strings.Contains(class, "Sink"):
		return r.capture(c, d)
	case strings.Contains(class, "JdbcSource"):
		return r.jdbcSource(c), ""
	case strings.Contains(class, "Sink") || strings.EqualFold(c.Type, "sink"):
		return r.sink(c, class), ""
	}
	r.rep.Count("connectors of a kind that is not known")
	for _, t := range c.topics {
		out = append(out, flow{to: r.topic(c, t), kind: catalog.Topic})
	}
	return out, ""
}

// host is where the database of a connector is, without user and password.
func (c *connector) host(d database) string {
	if s := c.text("mongodb.connection.string"); s != "" {
		s = urls.ReplaceAllString(s, "$1")
		_, rest, _ := strings.Cut(s, "://")
		return first(strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == '/' || r == '?' }))
	}
	h := c.text("database.hostname")
	if h == "" || strings.Contains(h, "${") {
		return ""
	}
	return h + ":" + cmp.Or(c.text("database.port"), d.port)
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// capture is a source connector of Debezium: tables go into topics that are named after them.
func (r *reading) capture(c *connector, d database) ([]flow, string) {
	prefix := c.text("topic.prefix", "database.server.name", "mongodb.name")
	if prefix == "" {
		return nil, "it has no topic.prefix"
	}
	host := c.host(d)
	names := split(c.text(d.db...))
	routes, dynamic := c.routes()
	id := func(db, schema, table string) catalog.ID {
		var parts []string
		for _, p := range []string{db, schema, table} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		ns := d.scheme + "://" + host
		if host == "" {
			ns = ""
		}
		return catalog.ID{Namespace: ns, Name: strings.Join(parts, ".")}
	}
	var out []flow
	add := func(db, schema, table string, confidence float64) {
		parts := []string{prefix}
		for _, p := range d.parts {
			parts = append(parts, map[rune]string{'d': db, 's': schema, 't': table}[p])
		}
		plain := strings.Join(parts, ".")
		from := id(db, schema, table)
		switch {
		case dynamic && len(c.topics) > 0: // which topic a row goes to is known of the row alone
			for _, t := range c.topics {
				out = append(out, flow{from, r.topic(c, t), catalog.Topic, 0.5})
			}
		case dynamic:
		default:
			out = append(out, flow{from, r.topic(c, routes.apply(plain)), catalog.Topic, confidence})
		}
	}
	list := c.text("table.include.list", "collection.include.list", "table.whitelist", "collection.whitelist")
	for _, entry := range split(list) {
		parts, ok := plainName(entry)
		if !ok {
			r.rep.Count("patterns in lists of tables")
			continue
		}
		dbs := names
		switch {
		case len(parts) == len(d.listed):
		case len(parts) == len(d.listed)+1: // the database stands before
			dbs, parts = parts[:1], parts[1:]
		default:
			r.rep.Skip("connector "+c.Name, "the table "+entry+" of its list has another number of parts than its kind of database")
			continue
		}
		switch {
		case d.listed == "dt":
			add(parts[0], "", parts[1], 1)
		case d.listed == "dst":
			add(parts[0], parts[1], parts[2], 1)
		default:
			for _, db := range dbs {
				add(db, parts[0], parts[1], 1)
			}
			if len(dbs) == 0 {
				add("", parts[0], parts[1], 1)
			}
		}
	}
	// What the workers saw says the rest, where no router hides which table a topic is of.
	for _, t := range c.topics {
		if slices.ContainsFunc(out, func(f flow) bool { return f.to.Name == t }) {
			continue
		}
		rest, ok := strings.CutPrefix(t, prefix+".")
		parts := strings.Split(rest, ".")
		if !ok || dynamic || len(routes) > 0 || len(parts) != len(d.parts) || strings.HasPrefix(rest, "transaction") {
			if t != prefix && !strings.HasPrefix(t, "__debezium-heartbeat") && !dynamic { // changes of schemas, signs of life
				out = append(out, flow{to: r.topic(c, t), kind: catalog.Topic})
			}
			continue
		}
		at := map[rune]string{}
		for i, p := range d.parts {
			at[p] = parts[i]
		}
		db := cmp.Or(at['d'], first(names))
		out = append(out, flow{id(db, at['s'], at['t']), r.topic(c, t), catalog.Topic, 1})
	}
	if dynamic {
		r.rep.Count("connectors that route by what a record holds")
	}
	return out, ""
}

// plainName takes an entry of a list of tables, which is a regular expression, apart where it is a plain name.
func plainName(entry string) ([]string, bool) {
	entry = strings.ReplaceAll(strings.TrimSpace(entry), `\.`, ".")
	if strings.ContainsAny(entry, `*+?[](){}|^$\`) {
		return nil, false
	}
	return strings.Split(entry, "."), true
}

// routes are the transformations of a connector that change the names of topics.
type routes []route

type route struct {
	from *regexp.Regexp
	to   string
}

func (rs routes) apply(topic string) string {
	for _, r := range rs {
		if r.from.MatchString(topic) {
			topic = r.from.ReplaceAllString(topic, r.to)
		}
	}
	return topic
}

var group = regexp.MustCompile(`\$(\d)`)

// routes gives the routers of a connector; dynamic says that the topic depends on the record too.
func (c *connector) routes() (out routes, dynamic bool) {
	add := func(from, to string) {
		re, err := regexp.Compile("^(?:" + from + ")$")
		if err != nil { // Java has more than Go
			dynamic = true
			return
		}
		out = append(out, route{re, group.ReplaceAllString(to, "$${$1}")})
	}
	if s := c.text("topic.naming.strategy"); strings.HasSuffix(s, "DefaultRegexTopicNamingStrategy") {
		add(c.text("topic.regex"), c.text("topic.replacement"))
	} else if s != "" && !strings.HasSuffix(s, "SchemaTopicNamingStrategy") && !strings.HasSuffix(s, "DefaultTopicNamingStrategy") {
		dynamic = true
	}
	for _, name := range split(c.text("transforms")) {
		at := "transforms." + name + "."
		typ := c.text(at + "type")
		typ = strings.TrimSuffix(typ[strings.LastIndexAny(typ, ".$")+1:], "<>")
		routes := slices.Contains([]string{"RegexRouter", "ByLogicalTableRouter", "EventRouter", "TimestampRouter", "MessageTimestampRouter", "ExtractTopic", "ContentBasedRouter", "MongoEventRouter", "TopicRegexRouter"}, typ) || strings.Contains(c.text(at+"type"), ".ExtractTopic")
		switch {
		case !routes:
		case c.text(at+"predicate") != "":
			dynamic = true
		case typ == "RegexRouter":
			add(c.text(at+"regex"), c.text(at+"replacement"))
		case typ == "ByLogicalTableRouter":
			add(c.text(at+"topic.regex"), c.text(at+"topic.replacement"))
		default:
			dynamic = true
		}
	}
	return out, dynamic
}

// jdbc takes an address of JDBC apart: the namespace of the database and what of its tables' names is known.
func jdbc(address string) (ns, db string, ok bool) {
	address, is := strings.CutPrefix(address, "jdbc:")
	if !is || strings.Contains(address, "${") {
		return "", "", false
	}
	address, more, _ := strings.Cut(address, ";") // SQL Server
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", "", false
	}
	db = strings.Trim(u.Path, "/")
	scheme, port := u.Scheme, ""
	switch scheme {
	case "postgresql":
		scheme, port = "postgres", "5432"
	case "mysql", "mariadb":
		scheme, port = "mysql", "3306"
	case "sqlserver":
		scheme, port = "mssql", "1433"
		for _, p := range strings.Split(more, ";") {
			if k, v, _ := strings.Cut(p, "="); strings.EqualFold(k, "databaseName") || strings.EqualFold(k, "database") {
				db = v
			}
		}
	case "redshift":
		port = "5439"
	}
	host := u.Host
	if u.Port() == "" && port != "" {
		host += ":" + port
	}
	return scheme + "://" + host, db, true
}

// inDatabase names a table of a database that is reached by JDBC. Postgres has its schema public where none is said.
func inDatabase(ns, db, table string) catalog.ID {
	table = strings.NewReplacer(`"`, "", "`", "").Replace(table)
	if strings.HasPrefix(ns, "postgres:") && !strings.Contains(table, ".") {
		table = "public." + table
	}
	if db != "" && strings.Count(table, ".") < 2 && (!strings.HasPrefix(ns, "mysql:") || !strings.Contains(table, ".")) {
		table = db + "." + table
	}
	return catalog.ID{Namespace: ns, Name: table}
}

func (r *reading) jdbcSource(c *connector) []flow {
	ns, db, ok := jdbc(c.text("connection.url"))
	prefix := c.text("topic.prefix")
	routes, dynamic := c.routes()
	if !ok || dynamic {
		r.rep.Count("connectors of which no table is known for certain")
		return nil
	}
	if c.text("query") != "" { // all rows go into the topic that the prefix names
		return []flow{{to: r.topic(c, routes.apply(prefix)), kind: catalog.Topic}}
	}
	var out []flow
	for _, t := range split(c.text("table.whitelist", "table.include.list", "tables")) {
		name := t[strings.LastIndexByte(t, '.')+1:]
		out = append(out, flow{inDatabase(ns, db, t), r.topic(c, routes.apply(prefix+name)), catalog.Topic, 1})
	}
	for _, t := range c.topics {
		name, has := strings.CutPrefix(t, prefix)
		if has && len(routes) == 0 && !slices.ContainsFunc(out, func(f flow) bool { return f.to.Name == t }) {
			out = append(out, flow{inDatabase(ns, db, name), r.topic(c, t), catalog.Topic, 0.8})
		}
	}
	return out
}

// sink is a connector that writes topics elsewhere.
func (r *reading) sink(c *connector, class string) []flow {
	topics := split(c.text("topics"))
	for _, t := range c.topics {
		if !slices.Contains(topics, t) && (c.text("topics.regex") != "" || len(topics) == 0) {
			topics = append(topics, t)
		}
	}
	if len(topics) == 0 && c.text("topics.regex") != "" {
		r.rep.Count("sinks whose topics are a pattern")
	}
	routes, dynamic := c.routes()
	var out []flow
	// each names the target of a topic by what the topic is called behind the routers.
	each := func(target func(topic string) catalog.ID) {
		for _, t := range topics {
			if dynamic {
				r.rep.Count("connectors that route by what a record holds")
				return
			}
			if id := target(routes.apply(t)); !id.IsZero() {
				out = append(out, flow{r.topic(c, t), id, catalog.Table, 1})
			}
		}
	}
	switch {
	case strings.HasSuffix(class, "IcebergSinkConnector"):
		tables := split(c.text("iceberg.tables"))
		confidence := 1.0
		if c.text("iceberg.tables.route-field") != "" && len(tables) > 1 || len(topics) > 1 && len(tables) > 1 {
			confidence = 0.5 // a record goes to one of them
		}
		for _, table := range tables {
			id := catalog.ID{Name: cmp.Or(c.text("iceberg.catalog"), "iceberg") + "." + table}
			if r.Catalog != "" {
				at := strings.LastIndexByte(table, '.')
				id = catalog.TableID(catalog.Name{Catalog: r.Catalog, Schema: table[:max(at, 0)], Table: table[at+1:]})
			}
			for _, t := range topics {
				out = append(out, flow{r.topic(c, t), id, catalog.Table, confidence})
			}
			if len(topics) == 0 {
				out = append(out, flow{to: id, kind: catalog.Table})
			}
		}
	case strings.Contains(class, "S3Sink") || strings.Contains(class, ".s3."):
		bucket := c.text("s3.bucket.name", "aws.s3.bucket.name", "aws.s3.bucket")
		dir := strings.Trim(cmp.Or(c.text("topics.dir", "aws.s3.prefix"), "topics"), "/")
		if bucket != "" && !strings.Contains(bucket, "${") {
			each(func(t string) catalog.ID { return catalog.ID{Namespace: "s3://" + bucket, Name: dir + "/" + t} })
		}
	case strings.Contains(class, "JdbcSink"):
		ns, db, ok := jdbc(c.text("connection.url"))
		format := cmp.Or(c.text("table.name.format", "collection.name.format"), "${topic}")
		if ok {
			each(func(t string) catalog.ID {
				if strings.HasPrefix(class, "io.debezium.") { // its own sink makes one name of the topic
					t = strings.ReplaceAll(t, ".", "_")
				}
				name := strings.ReplaceAll(format, "${topic}", t)
				if strings.Contains(name, "${") {
					return catalog.ID{}
				}
				return inDatabase(ns, db, name)
			})
		}
	case strings.Contains(class, "MongoDbSink") || strings.Contains(class, "MongoSink"):
		if address := c.text("mongodb.connection.string", "connection.uri"); !strings.Contains(address, "${") {
			_, rest, _ := strings.Cut(urls.ReplaceAllString(address, "$1"), "://")
			host := first(strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == '/' || r == '?' }))
			db := c.text("sink.database", "database")
			if host != "" && db != "" {
				each(func(t string) catalog.ID {
					return catalog.ID{Namespace: "mongodb://" + host, Name: db + "." + cmp.Or(c.text("collection"), t)}
				})
			}
		}
	case strings.Contains(class, "Snowflake"):
		named := map[string]string{}
		for _, pair := range split(c.text("snowflake.topic2table.map")) {
			t, table, _ := strings.Cut(pair, ":")
			named[t] = table
		}
		account, _, _ := strings.Cut(strings.TrimPrefix(c.text("snowflake.url.name"), "https://"), ".snowflakecomputing")
		if account != "" {
			each(func(t string) catalog.ID {
				return catalog.ID{Namespace: "snowflake://" + account, Name: strings.ToUpper(c.text("snowflake.database.name") + "." + c.text("snowflake.schema.name") + "." + cmp.Or(named[t], t))}
			})
		}
	default:
		r.rep.Count("connectors of a kind that is not known")
	}
	return out
}
