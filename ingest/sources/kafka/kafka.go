// Package kafka reads what a Kafka cluster and its schema registry know: topics with their settings, when the newest
// record of each came, who reads them and how far behind, and the fields of their records. It never reads a record
// and never writes. Start at Source.Read.
package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
)

// Config says which cluster is read.
type Config struct {
	Name    string           // of the source, in the workspace
	Now     func() time.Time // the clock
	Brokers []string         // host:port; the first is what the cluster's topics are named by
	// User and Password sign in by Mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (the default).
	User, Password, Mechanism string
	TLS                       bool
	CA                        []byte // PEM, of who vouches for the brokers; the machine's where empty
	Registry                  *Registry
	Namespace                 string        // of the topics; kafka:// and the first broker where empty
	Include                   []string      // topics, with * at the end for any; empty: all that are not internal
	NoGroups                  bool          // leaves out who reads
	Timeout                   time.Duration // of one request; 30 s
}

// Registry is where the schemas of records are kept.
type Registry struct {
	URL            string
	User, Password string // or, without a user, Password is a token
}

// Source reads one cluster.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || len(c.Brokers) == 0 {
		return nil, errors.New("kafka: a source needs a clock and the address of a broker, host:port")
	}
	for _, b := range c.Brokers {
		if strings.Contains(b, "://") || strings.Contains(b, "@") || !strings.Contains(b, ":") {
			return nil, errors.New("kafka: a broker is written host:port, without a user")
		}
	}
	if c.Namespace == "" {
		c.Namespace = "kafka://" + c.Brokers[0]
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if _, err := c.signIn(); err != nil {
		return nil, err
	}
	return &Source{c}, nil
}

// signIn is how the account signs in; nil where it does not.
func (c *Config) signIn() (sasl.Mechanism, error) {
	if c.User == "" {
		return nil, nil
	}
	s := scram.Auth{User: c.User, Pass: c.Password}
	switch strings.ToUpper(c.Mechanism) {
	case "PLAIN":
		return plain.Auth{User: c.User, Pass: c.Password}.AsMechanism(), nil
	case "SCRAM-SHA-256":
		return s.AsSha256Mechanism(), nil
	case "", "SCRAM-SHA-512":
		return s.AsSha512Mechanism(), nil
	}
	return nil, fmt.Errorf("kafka: there is no mechanism %q; there are PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512", c.Mechanism)
}

func (c *Config) client() (*kgo.Client, error) {
	opts := []kgo.Opt{kgo.SeedBrokers(c.Brokers...), kgo.ClientID("limn"), kgo.RetryTimeout(c.Timeout), kgo.DialTimeout(min(c.Timeout, 10*time.Second)), kgo.RequestRetries(3), kgo.RequestTimeoutOverhead(max(min(c.Timeout, 10*time.Second), time.Second))}
	if m, err := c.signIn(); err != nil {
		return nil, err
	} else if m != nil {
		opts = append(opts, kgo.SASL(m))
	}
	if c.TLS {
		t := &tls.Config{MinVersion: tls.VersionTLS12}
		if len(c.CA) > 0 {
			t.RootCAs = x509.NewCertPool()
			if !t.RootCAs.AppendCertsFromPEM(c.CA) {
				return nil, errors.New("kafka: the CA file holds no certificate")
			}
		}
		opts = append(opts, kgo.DialTLSConfig(t))
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	return cl, nil
}

// reading is one run of a source.
type reading struct {
	*Source
	rep  catalog.Report
	now  time.Time
	emit func(catalog.Claim) error
}

// Read reads all topics: a few requests for the cluster, and one for each schema.
func (s *Source) Read(ctx context.Context, _ string, emit func(catalog.Claim) error) (catalog.Report, error) {
	r := &reading{Source: s, now: s.Now()}
	r.emit = func(c catalog.Claim) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.SystemKafka, r.now
		r.rep.Claims++
		return emit(c)
	}
	cl, err := s.client()
	if err != nil {
		return r.rep, err
	}
	defer cl.Close()
	if err := r.cluster(ctx, kadm.NewClient(cl)); err != nil {
		return r.rep, err
	}
	r.rep.Whole = true
	return r.rep, nil
}

// failed says what could not be read of the cluster.
func (s *Source) failed(what string, err error) error {
	hint := "see whether the brokers run and whether the address is right"
	var auth *kadm.AuthError
	switch {
	case errors.As(err, &auth), strings.Contains(err.Error(), "AUTHORIZATION_FAILED"):
		hint = "give the account the right to describe it"
	case strings.Contains(strings.ToUpper(err.Error()), "SASL"):
		hint = "look at the user, the password and the mechanism"
	case s.User != "" && strings.Contains(err.Error(), "EOF"): // some hang up instead of saying why
		hint += "; look at the user, the password and the mechanism too"
	}
	text := err.Error()
	if s.Password != "" {
		text = strings.ReplaceAll(text, s.Password, "…")
	}
	return fmt.Errorf("kafka at %s: %s: %s; %s", s.Brokers[0], what, text, hint)
}

func (s *Source) covers(topic string) bool {
	return len(s.Include) == 0 || slices.ContainsFunc(s.Include, func(p string) bool {
		if head, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(topic, head)
		}
		return p == topic
	})
}

func (s *Source) id(topic string) catalog.ID { return catalog.ID{Namespace: s.Namespace, Name: topic} }

// shown are the settings of a topic that say something about its data.
var shown = []string{"cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas", "compression.type", "message.timestamp.type", "max.message.bytes"}

func (r *reading) cluster(ctx context.Context, adm *kadm.Client) error {
	adm.SetTimeoutMillis(int32(r.Timeout.Milliseconds()))
	limited := func() (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, r.Timeout) }
	one, cancel := limited()
	meta, err := adm.Metadata(one)
	cancel()
	if err != nil {
		return r.failed("reading the list of topics", err)
	}
	claims := map[string]*catalog.Claim{}
	var names []string
	for _, t := range meta.Topics.Sorted() {
		switch {
		case t.IsInternal || strings.HasPrefix(t.Topic, "__"):
			r.rep.Count("internal topics")
			continue
		case !r.covers(t.Topic):
			continue
		case t.Err != nil:
			r.rep.Skip("topic "+t.Topic, t.Err.Error())
			continue
		}
		r.rep.Records++
		r.rep.Count("topics")
		c := &catalog.Claim{About: r.id(t.Topic), Kind: catalog.Topic, Platform: "kafka", Native: t.Topic, Custom: map[string]string{"partitions": strconv.Itoa(len(t.Partitions)), "replicas": strconv.Itoa(t.Partitions.NumReplicas())}}
		c.RecordID = t.Topic
		for _, b := range r.Brokers { // producers may name the cluster by another broker
			if id := (catalog.ID{Namespace: "kafka://" + b, Name: t.Topic}); id.Key() != c.About.Key() {
				c.Aliases = append(c.Aliases, id)
			}
		}
		claims[t.Topic] = c
		names = append(names, t.Topic)
	}
	if len(names) > 0 {
		one, cancel = limited()
		configs, err := adm.DescribeTopicConfigs(one, names...)
		cancel()
		if err != nil {
			return r.failed("reading the settings of topics", err)
		}
		for _, res := range configs {
			if res.Err != nil {
				r.rep.Skip("settings of topic "+res.Name, res.Err.Error())
				continue
			}
			for _, k := range res.Configs {
				if c := claims[res.Name]; c != nil && !k.Sensitive && k.Value != nil && slices.Contains(shown, k.Key) {
					c.Custom[k.Key] = *k.Value
				}
			}
		}
	}
	if r.Registry != nil {
		if err := r.schemas(ctx, claims); err != nil {
			return err
		}
	}
	for _, n := range names {
		if err := r.emit(*claims[n]); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return nil
	}
	return r.states(ctx, adm, names)
}

// ahead is how far in the future a record may say that it is: clocks differ, but one that is days off says nothing
// about when data came.
const ahead = time.Hour

// states tells of each topic how much there is, when the newest record came, and how far its readers are.
func (r *reading) states(ctx context.Context, adm *kadm.Client, names []string) error {
	limited := func() (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, r.Timeout) }
	one, cancel := limited()
	defer cancel()
	start, err := adm.ListStartOffsets(one, names...)
	if err != nil {
		return r.failed("reading offsets", err)
	}
	end, err := adm.ListEndOffsets(one, names...)
	if err != nil {
		return r.failed("reading offsets", err)
	}
	newest, err := adm.ListMaxTimestampOffsets(one, names...)
	if err != nil { // brokers before 3.0 cannot tell
		r.rep.Skip("when the newest records came", err.Error())
		newest = nil
	}
	lags, err := r.lags(ctx, adm)
	if err != nil {
		return err
	}
	for _, n := range names {
		c := catalog.Claim{About: r.id(n), Part: "state", Custom: map[string]string{}}
		c.RecordID = n
		var records int64
		bad := false
		for p, e := range end[n] {
			s, ok := start[n][p]
			if e.Err != nil || !ok || s.Err != nil {
				bad = true
				continue
			}
			records += e.Offset - s.Offset
		}
		if bad {
			r.rep.Skip("offsets of topic "+n, "some of its partitions do not answer")
		}
		c.Custom["records"] = strconv.FormatInt(records, 10)
		var last time.Time
		for _, o := range newest[n] {
			if o.Err != nil || o.Timestamp <= 0 {
				continue
			}
			at := time.UnixMilli(o.Timestamp).UTC()
			switch {
			case at.After(r.now.Add(ahead)):
				r.rep.Count("partitions whose newest record is from the future")
			case at.After(last):
				last = at
			}
		}
		if !last.IsZero() {
			c.Observed = []catalog.Observation{{Kind: catalog.Landed, At: last, Data: last}}
			c.AsOf = last
		}
		for i, g := range lags[n] {
			if i == maxGroups {
				c.Custom["readers"] = strconv.Itoa(len(lags[n]))
				break
			}
			c.Custom["lag "+g.group] = strconv.FormatInt(g.lag, 10)
			if g.state != "" && g.state != "Stable" {
				c.Custom["lag "+g.group] += " (" + strings.ToLower(g.state) + ")"
			}
		}
		if err := r.emit(c); err != nil {
			return err
		}
	}
	return nil
}

// maxGroups is how many readers of a topic are named.
const maxGroups = 30

// groupLag is how far behind a reader of a topic is.
type groupLag struct {
	group, state string
	lag          int64
}

// lags gives the readers of each topic. Where the account may not see them there are none.
func (r *reading) lags(ctx context.Context, adm *kadm.Client) (map[string][]groupLag, error) {
	out := map[string][]groupLag{}
	if r.NoGroups {
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*r.Timeout)
	defer cancel()
	groups, err := adm.Lag(ctx)
	if err != nil {
		var auth *kadm.AuthError
		if errors.As(err, &auth) {
			r.rep.Skip("readers of topics", "the account may not describe groups")
			return out, nil
		}
		return nil, r.failed("reading how far readers are", err)
	}
	for _, g := range groups.Sorted() {
		if g.Error() != nil {
			r.rep.Skip("group "+g.Group, g.Error().Error())
			continue
		}
		r.rep.Count("groups")
		for topic, lag := range g.Lag.TotalByTopic() {
			out[topic] = append(out[topic], groupLag{g.Group, g.State, lag.Lag})
		}
	}
	return out, nil
}

// schemas reads the newest schema of each topic's values and keys.
func (r *reading) schemas(ctx context.Context, claims map[string]*catalog.Claim) error {
	opts := []sr.ClientOpt{sr.URLs(r.Registry.URL), sr.UserAgent("limn")}
	switch {
	case r.Registry.User != "":
		opts = append(opts, sr.BasicAuth(r.Registry.User, r.Registry.Password))
	case r.Registry.Password != "":
		opts = append(opts, sr.BearerToken(r.Registry.Password))
	}
	cl, err := sr.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("kafka: schema registry: %w", err)
	}
	g := registry{cl: cl, at: r.Registry.URL, timeout: r.Timeout, secret: r.Registry.Password}
	subjects, err := g.subjects(ctx)
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		topic, key := strings.CutSuffix(subject, "-key")
		if !key {
			topic, _ = strings.CutSuffix(subject, "-value")
		}
		c := claims[topic]
		if c == nil || topic == subject {
			r.rep.Count("subjects that are named after no topic")
			continue
		}
		s, err := g.latest(ctx, subject)
		if err != nil {
			return err
		}
		r.rep.Count("schemas")
		columns, what, err := g.columns(ctx, s)
		if err != nil {
			if ctx.Err() != nil || errors.As(err, new(*registryError)) {
				return err
			}
			r.rep.Skip(fmt.Sprintf("schema %s version %d", subject, s.Version), err.Error())
			continue
		}
		if key {
			for _, k := range columns { // parts of the value are known to be its key
				for i := range c.Columns {
					if c.Columns[i].Path == k.Path {
						c.Columns[i].Key = "primary"
					}
				}
			}
			var parts []string
			for _, k := range columns {
				parts = append(parts, k.Path)
			}
			c.Custom["key"] = strings.Join(parts, ", ")
			continue
		}
		c.Columns, c.Description, c.Tags = columns, what.doc, what.tags
		c.Version = fmt.Sprintf("%s %d", strings.ToLower(s.Type.String()), s.Version)
		c.Custom["schema"] = what.name
		if what.envelope {
			c.Custom["envelope"] = "debezium"
		}
		if o := what.owner; o != "" {
			c.Owners = []catalog.Ownership{{Principal: o, Role: catalog.Technical, SourceRole: "owner"}}
		}
		for i := range c.Columns {
			if slices.Contains(strings.Split(c.Custom["key"], ", "), c.Columns[i].Path) {
				c.Columns[i].Key = "primary"
			}
		}
	}
	return nil
}
