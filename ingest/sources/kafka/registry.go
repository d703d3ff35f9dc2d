package kafka

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// registry asks a schema registry.
type registry struct {
	cl      *sr.Client
	at      string
	timeout time.Duration
	secret  string
}

// registryError is a registry that does not answer as it should.
type registryError struct{ text string }

func (e *registryError) Error() string { return e.text }

func (g *registry) failed(what string, err error) error {
	hint := "see whether the registry runs and whether its address is right"
	var said *sr.ResponseError
	text := err.Error()
	if errors.As(err, &said) {
		text = fmt.Sprintf("%d %s", said.StatusCode, said.Message)
		switch said.StatusCode {
		case http.StatusUnauthorized:
			hint = "look at the user and the password of the registry"
		case http.StatusForbidden:
			hint = "give the account the right to read subjects"
		}
	}
	if g.secret != "" {
		text = strings.ReplaceAll(text, g.secret, "…")
	}
	return &registryError{fmt.Sprintf("kafka: schema registry at %s: %s: %s; %s", g.at, what, loose.Short(text), hint)}
}

func (g *registry) subjects(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	out, err := g.cl.Subjects(ctx)
	if err != nil {
		return nil, g.failed("listing subjects", err)
	}
	slices.Sort(out) // keys go before values
	return out, nil
}

func (g *registry) latest(ctx context.Context, subject string) (sr.SubjectSchema, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	s, err := g.cl.SchemaByVersion(ctx, subject, -1)
	if err != nil {
		return s, g.failed("reading "+subject, err)
	}
	return s, nil
}

// record is what a schema says of the whole record.
type record struct {
	name, doc, owner string
	tags             []string
	envelope         bool // of Debezium: the columns are those of the row inside
}

// maxReferences is how many other schemas one may refer to, those of those included.
const maxReferences = 200

// columns gives the fields of a schema, with those that it refers to.
func (g *registry) columns(ctx context.Context, s sr.SubjectSchema) ([]catalog.ColumnClaim, record, error) {
	var others []sr.SubjectSchema
	seen := map[string]bool{}
	for queue := s.References; len(queue) > 0; queue = queue[1:] {
		ref := queue[0]
		id := fmt.Sprint(ref.Subject, " ", ref.Version)
		if seen[id] {
			continue
		}
		if seen[id] = true; len(seen) > maxReferences {
			return nil, record{}, fmt.Errorf("it refers to more than %d other schemas", maxReferences)
		}
		one, cancel := context.WithTimeout(ctx, g.timeout)
		o, err := g.cl.SchemaByVersion(one, ref.Subject, ref.Version)
		cancel()
		if err != nil {
			return nil, record{}, g.failed("reading "+id, err)
		}
		others = append(others, o)
		queue = append(queue, o.References...)
	}
	columns, what, err := Columns(s.Type, s.Schema.Schema, others)
	if err != nil {
		return nil, what, err
	}
	if m := s.SchemaMetadata; m != nil {
		what.owner = m.Properties["owner"]
		for path, tags := range m.Tags {
			i := slices.IndexFunc(columns, func(c catalog.ColumnClaim) bool {
				return c.Path == path || strings.HasSuffix(path, "."+c.Path)
			})
			if i >= 0 {
				columns[i].Tags = append(columns[i].Tags, tags...)
				columns[i].PII = loose.PII(columns[i].PII, columns[i].Tags)
			}
		}
		for _, path := range m.Sensitive {
			for i := range columns {
				if columns[i].Path == path && columns[i].PII == "" {
					columns[i].PII = "personal"
				}
			}
		}
	}
	return columns, what, nil
}

// Columns gives the fields of a schema of one of the three languages; others are those that it refers to.
func Columns(language sr.SchemaType, text string, others []sr.SubjectSchema) ([]catalog.ColumnClaim, record, error) {
	switch language {
	case sr.TypeAvro:
		return avroColumns(text, others)
	case sr.TypeProtobuf:
		return protoColumns(text, others)
	case sr.TypeJSON:
		return jsonColumns(text, others)
	}
	return nil, record{}, fmt.Errorf("the language %s is not known", language)
}
