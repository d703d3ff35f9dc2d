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
	word = strings.TrimPrefix(strings.ToLower(word), "__system__")
	word = strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, word)
	if r, ok := roles[word]; ok {
		return r
	}
	return catalog.OtherRole
}
