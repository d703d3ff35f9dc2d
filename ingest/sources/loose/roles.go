package loose

import (
	"strings"

	"github.com/limn-data/limn/catalog"
)

// roles are the words of other systems for the roles of owners, in small letters without marks between words.
var roles = map[string]string{
	"technicalowner": catalog.Technical, "technical": catalog.Technical, "developer": catalog.Technical, "engineer": catalog.Technical, "dataengineer": catalog.Technical,
	"maintainer": catalog.Technical, "producer": catalog.Technical, "delegate": catalog.Technical, "dataowner": catalog.Technical, "dataproducer": catalog.Technical,
	"businessowner": catalog.Business, "business": catalog.Business, "productowner": catalog.Business, "dataproductowner": catalog.Business, "stakeholder": catalog.OtherRole,
	"datasteward": catalog.Steward, "steward": catalog.Steward,
}

// Role puts a source's word for an owner on the catalog's scale: "DATA_STEWARD", "Data Steward" and
// "urn:li:ownershipType:__system__data_steward" are stewards. DATAOWNER is DataHub's older word for the team
// that makes the data. A word that says neither is other; an owner without a word is too.
func Role(word string) string {
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		word = word[i+1:]
	}
	word = Plain(strings.TrimPrefix(strings.ToLower(word), "__system__"))
	if r, ok := roles[word]; ok {
		return r
	}
	return catalog.OtherRole
}

// PII puts what sources say of personal data on the catalog's scale: a kind of data such as email, or
// "personal" where they say only that there are some. said are values of fields of that name; tags may say it
// too, alone or as pii:email.
func PII(said ...any) string {
	var out string
	one := func(v string, tag bool) {
		v = strings.ToLower(strings.TrimSpace(v))
		if tag {
			head, kind, has := strings.Cut(strings.NewReplacer("=", ":", ".", ":", "_", ":", " ", ":").Replace(v), ":")
			switch head {
			case "pii", "personal", "gdpr":
			default:
				return
			}
			if !has {
				kind = "true"
			}
			v = kind
		}
		switch v {
		case "", "false", "no", "none", "0", "null":
		case "true", "yes", "1", "pii", "personal", "data", "sensitive":
			if out == "" {
				out = "personal"
			}
		default:
			if out == "" || out == "personal" {
				out = v
			}
		}
	}
	for _, s := range said {
		switch s := s.(type) {
		case string:
			one(s, false)
		case []string:
			for _, t := range s {
				one(t, true)
			}
		}
	}
	return out
}

// Plain is a word without case and without marks inside of it, as words of other systems are compared.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
