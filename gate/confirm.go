package gate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// tokenLife is how long an asker has to agree.
const tokenLife = time.Hour

// A token says that somebody agrees to run one statement at one price: until when, up to how many bytes,
// and a code over both, the asker, their groups and the statement. Who has no key cannot make one, and a
// token for one asker or statement is worth nothing for another.
const (
	tokenHead = 16
	tokenMAC  = 18
)

// key is nil where there is none.
func (g *Gate) key() ([]byte, error) {
	if g.Key == nil {
		return nil, nil
	}
	key, err := g.Key()
	if err != nil {
		return nil, fmt.Errorf("gate: the key of confirmations: %w", err)
	}
	return key, nil
}

// token makes one for a request; empty without a key.
func token(key []byte, r Request, e Estimate) string {
	if len(key) == 0 {
		return ""
	}
	bound := e.Bytes
	if !e.Known {
		bound = math.MaxInt64
	}
	return sign(key, r, agreeing, bound)
}

func sign(key []byte, r Request, what string, bound int64) string {
	head := make([]byte, tokenHead, tokenHead+tokenMAC)
	binary.BigEndian.PutUint64(head, uint64(r.At.Add(tokenLife).Unix()))
	binary.BigEndian.PutUint64(head[8:], uint64(bound))
	return base64.RawURLEncoding.EncodeToString(append(head, mac(key, r, what, head)...))
}

// Insist makes the token by which the asker of a request may insist on seeing a number that was withheld, or says
// that they brought it. It holds as long as one about the cost, and for the same asker and statement only; a request
// may bring both, with a dot between them. Without a key there is neither.
func (g *Gate) Insist(r Request) (token string, agreed bool) {
	key, err := g.key()
	if err != nil || len(key) == 0 {
		return "", false
	}
	for _, t := range strings.Split(r.Confirm, ".") {
		if _, ok := read(key, r, insisting, t); ok {
			return "", true
		}
	}
	token = sign(key, r, insisting, 0)
	if _, ok := confirmed(key, r); ok { // the cost was agreed to already: the next request needs both
		token = r.Confirm + "." + token
	}
	return token, false
}

// confirmed reads the tokens that a request brings: up to how many bytes its asker agreed.
func confirmed(key []byte, r Request) (bound int64, ok bool) {
	for _, t := range strings.Split(r.Confirm, ".") {
		if b, ok := read(key, r, agreeing, t); ok {
			return b, true
		}
	}
	return 0, false
}

// What tokens are for; one is worth nothing for the other.
const (
	agreeing  = "limn confirm 1"
	insisting = "limn insist 1"
)

func read(key []byte, r Request, what, text string) (bound int64, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(key) == 0 || len(raw) != tokenHead+tokenMAC || !hmac.Equal(raw[tokenHead:], mac(key, r, what, raw[:tokenHead])) {
		return 0, false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0)
	if r.At.After(until) || r.At.Before(until.Add(-tokenLife).Add(-time.Second)) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(raw[8:])), true
}

func mac(key []byte, r Request, what string, head []byte) []byte {
	h := hmac.New(sha256.New, key)
	part := func(b []byte) { // with its length, so that no two lists of parts are one text
		_ = binary.Write(h, binary.BigEndian, int64(len(b))) // a hash never fails to take what is written
		h.Write(b)
	}
	part([]byte(what))
	part(head)
	who := r.View.Who()
	part([]byte(who.Name))
	part([]byte(who.ActAs))
	groups := slices.Clone(who.Groups)
	slices.Sort(groups)
	for _, g := range groups {
		part([]byte(g))
	}
	part([]byte(r.SQL))
	return h.Sum(nil)[:tokenMAC]
}
