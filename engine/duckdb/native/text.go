package native

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var texts = []Function{
	{Name: "levenshtein", In: []string{"VARCHAR", "VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		a, b := []rune(in[0].(string)), []rune(in[1].(string))
		if len(a)*len(b) > 1_000_000 {
			return nil, invalid("The combined inputs for Levenshtein distance are too large")
		}
		return levenshtein(a, b), nil
	}},
	{Name: "hamming", In: []string{"VARCHAR", "VARCHAR"}, Out: "BIGINT", Call: func(in []any) (any, error) {
		a, b := []rune(in[0].(string)), []rune(in[1].(string))
		if len(a) != len(b) {
			return nil, invalid("The input strings to hamming_distance function must have the same length")
		}
		n := int64(0)
		for i := range a {
			if a[i] != b[i] {
				n++
			}
		}
		return n, nil
	}},
	{Name: "soundex", In: []string{"VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return soundex(in[0].(string)) }},
	{Name: "translate", In: []string{"VARCHAR", "VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		from, to := []rune(in[1].(string)), []rune(in[2].(string))
		becomes := map[rune]int{}
		for i, r := range from {
			if _, twice := becomes[r]; !twice {
				becomes[r] = i
			}
		}
		return strings.Map(func(r rune) rune {
			i, ok := becomes[r]
			switch {
			case !ok:
				return r
			case i < len(to):
				return to[i]
			}
			return -1
		}, in[0].(string)), nil
	}},
	{Name: "replace", In: []string{"VARCHAR", "VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		text, old, with := in[0].(string), in[1].(string), in[2].(string)
		n := strings.Count(text, old)
		if len(text)+n*len(with) > maxText {
			return nil, errTooLong
		}
		return strings.ReplaceAll(text, old, with), nil
	}},
	{Name: "pad", In: []string{"VARCHAR", "BIGINT", "VARCHAR", "BOOLEAN"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		text, n, with, left := []rune(in[0].(string)), in[1].(int64), []rune(in[2].(string)), in[3].(bool)
		switch {
		case n < 0 || n > 1<<31-1:
			return nil, invalid("Target length must be in the range [0..2147483647]")
		case len(with) == 0:
			return nil, invalid("Padding string must not be empty")
		case n > maxText/4:
			return nil, errTooLong
		case int(n) <= len(text):
			return string(text[:n]), nil
		}
		fill := make([]rune, int(n)-len(text))
		for i := range fill {
			fill[i] = with[i%len(with)]
		}
		if left {
			return string(fill) + string(text), nil
		}
		return string(text) + string(fill), nil
	}},
	{Name: "split_part", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		text, by, n := in[0].(string), in[1].(string), in[2].(int64)
		if n <= 0 {
			return nil, invalid("Index must be greater than zero")
		}
		parts := strings.Split(text, by) // of an empty delimiter: the characters
		if n > int64(len(parts)) {
			return nil, nil
		}
		return parts[n-1], nil
	}},
	{Name: "split", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "VARCHAR[]", Call: func(in []any) (any, error) {
		text, by, n := in[0].(string), in[1].(string), in[2].(int64)
		switch {
		case n <= 0:
			return nil, invalid("Limit must be positive")
		case n > 1<<31-1:
			return nil, invalid("Limit is too large")
		case by == "":
			return nil, invalid("The delimiter may not be the empty string")
		}
		return list(strings.SplitN(text, by, int(n))), nil
	}},
	{Name: "split_entries", In: []string{"VARCHAR", "VARCHAR", "VARCHAR"}, Out: "VARCHAR[]", Call: splitEntries},
	{Name: "strpos", In: []string{"VARCHAR", "VARCHAR", "BIGINT"}, Out: "BIGINT", Call: strpos},
	{Name: "substr", In: []string{"VARCHAR", "BIGINT", "BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		text := []rune(in[0].(string))
		from, to := window(int64(len(text)), in[1].(int64), in[2].(int64))
		return string(text[from:to]), nil
	}},
	{Name: "substr_bytes", In: []string{"BLOB", "BIGINT", "BIGINT"}, Out: "BLOB", Call: func(in []any) (any, error) {
		b := in[0].([]byte)
		from, to := window(int64(len(b)), in[1].(int64), in[2].(int64))
		return b[from:to], nil
	}},
	{Name: "url_part", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: urlPart},
	{Name: "url_parameter", In: []string{"VARCHAR", "VARCHAR"}, Out: "VARCHAR", Call: urlParameter},
	{Name: "format_number", In: []string{"BIGINT"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return formatNumber(in[0].(int64)), nil }},
	{Name: "human_seconds", In: []string{"DOUBLE"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return humanSeconds(in[0].(float64)) }},
	{Name: "double_text", In: []string{"DOUBLE"}, Out: "VARCHAR", Call: func(in []any) (any, error) { return DoubleText(in[0].(float64)), nil }},
	{Name: "real_text", In: []string{"DOUBLE"}, Out: "VARCHAR", Call: func(in []any) (any, error) {
		f := in[0].(float64)
		if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
			return DoubleText(f), nil
		}
		m, e, _ := strings.Cut(strconv.FormatFloat(f, 'e', 6, 64), "e")
		if m = strings.TrimRight(m, "0"); m[len(m)-1] == '.' {
			m += "0"
		}
		n, _ := strconv.Atoi(e)
		return m + "E" + strconv.Itoa(n), nil
	}},
	{Name: "luhn", In: []string{"VARCHAR"}, Out: "BOOLEAN", Call: func(in []any) (any, error) {
		sum, text := 0, in[0].(string)
		if text == "" {
			return false, nil
		}
		for i := range len(text) {
			c := text[len(text)-1-i]
			if c < '0' || c > '9' {
				return nil, invalid("Input contains an invalid character")
			}
			d := int(c - '0')
			if i%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
		}
		return sum%10 == 0, nil
	}},
}

func levenshtein(a, b []rune) int64 {
	row := make([]int64, len(b)+1)
	for j := range row {
		row[j] = int64(j)
	}
	for i := range a {
		diagonal := row[0]
		row[0] = int64(i + 1)
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// soundex is the American one, in which h and w do not part equal codes.
func soundex(text string) (any, error) {
	const codes = "01230120022455012623010202"
	var out []byte
	last := byte('0')
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		if r >= 0x80 {
			return nil, invalid("The character is not mapped")
		}
		c := byte(r) &^ 0x20
		code := codes[c-'A']
		switch {
		case len(out) == 0:
			out = append(out, c)
		case c == 'H' || c == 'W':
			continue
		case code != '0' && code != last && len(out) < 4:
			out = append(out, code)
		}
		last = code
	}
	if len(out) == 0 {
		return "", nil
	}
	return string(append(out, "000"...)[:4]), nil
}

func splitEntries(in []any) (any, error) {
	text, by, is := in[0].(string), in[1].(string), in[2].(string)
	switch {
	case by == "":
		return nil, invalid("entryDelimiter is empty")
	case is == "":
		return nil, invalid("keyValueDelimiter is empty")
	case by == is:
		return nil, invalid("entryDelimiter and keyValueDelimiter must not be the same")
	}
	out, seen := []any{}, map[string]bool{}
	entries := strings.Split(text, by)
	if entries[len(entries)-1] == "" {
		entries = entries[:len(entries)-1]
	}
	for _, e := range entries {
		key, value, ok := strings.Cut(e, is)
		switch {
		case !ok || strings.Contains(value, is):
			return nil, invalid("Key-value delimiter must appear exactly once in each entry")
		case seen[key]:
			return nil, invalid("Duplicate keys are not allowed")
		}
		seen[key] = true
		out = append(out, key, value)
	}
	return out, nil
}

// strpos is the place of the n-th occurrence, from the end where n is negative; they may overlap.
func strpos(in []any) (any, error) {
	text, part, n := in[0].(string), in[1].(string), in[2].(int64)
	if n == 0 || n == math.MinInt64 {
		return nil, invalid("'instance' must not be zero")
	}
	if part == "" {
		return int64(1), nil
	}
	at := -1
	if n > 0 {
		for ; n > 0; n-- {
			i := strings.Index(text[at+1:], part)
			if i < 0 {
				return int64(0), nil
			}
			at += 1 + i
		}
	} else {
		at = len(text)
		for ; n < 0; n++ {
			end := min(at+len(part)-1, len(text))
			if end < 0 {
				return int64(0), nil
			}
			if at = strings.LastIndex(text[:end], part); at < 0 {
				return int64(0), nil
			}
		}
	}
	return int64(utf8.RuneCountInString(text[:at]) + 1), nil
}

// window is what substr takes of n places.
func window(n, start, length int64) (from, to int64) {
	if start == 0 || length <= 0 || start > n || start < -n {
		return 0, 0
	}
	from = start - 1
	if start < 0 {
		from = n + start
	}
	if length > n-from {
		length = n - from
	}
	return from, from + length
}

// url is RFC 2396 as far as both sides read it alike.
var (
	url      = regexp.MustCompile(`^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$`)
	urlPlain = regexp.MustCompile(`^(?:[\p{L}0-9_.!~*'();/?:@&=+$,#-]|%[0-9A-Fa-f]{2})*$`)
	urlHost  = regexp.MustCompile(`^([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?)(?::(\d{0,5}))?$`)
)

// splitURL takes a URL apart; ok is false for what is none.
func splitURL(text string) (m []string, host, port string, ok bool, err error) {
	if strings.ContainsAny(text, " <>\"{}|\\^`\t\n\r") {
		return nil, "", "", false, nil
	}
	m = url.FindStringSubmatch(text)
	if m == nil || !urlPlain.MatchString(text) || strings.ContainsAny(text, "%[]") || strings.Count(text, "#") > 1 {
		return nil, "", "", false, unsupported("URLs of this form")
	}
	opaque := m[1] != "" && m[2] == "" && !strings.HasPrefix(m[3], "/")
	colon := m[1] == "" && strings.Contains(strings.SplitN(m[3], "/", 2)[0], ":")
	if opaque || colon || strings.HasPrefix(text, "//") || strings.HasPrefix(m[3], "//") || strings.Contains(text, "://") && m[2] == "" {
		return nil, "", "", false, unsupported("URLs of this form")
	}
	if m[2] == "" {
		return m, "", "", true, nil
	}
	h := urlHost.FindStringSubmatch(m[2])
	if h == nil {
		return nil, "", "", false, unsupported("URLs of this form")
	}
	labels := strings.Split(strings.TrimSuffix(h[1], "."), ".")
	for _, label := range labels {
		if label[0] == '-' || label[len(label)-1] == '-' {
			return nil, "", "", false, unsupported("URLs of this form")
		}
	}
	if c := labels[len(labels)-1][0]; c >= '0' && c <= '9' {
		return nil, "", "", false, unsupported("URLs of this form")
	}
	return m, h[1], h[2], true, nil
}

func urlPart(in []any) (any, error) {
	m, host, port, ok, err := splitURL(in[0].(string))
	if err != nil || !ok {
		return nil, err
	}
	switch in[1].(string) {
	case "protocol":
		return m[1], nil
	case "host":
		return host, nil
	case "path":
		return m[3], nil
	case "query":
		return m[4], nil
	case "fragment":
		return m[5], nil
	}
	if port == "" {
		return nil, nil
	}
	return port, nil
}

func urlParameter(in []any) (any, error) {
	m, _, _, ok, err := splitURL(in[0].(string))
	if err != nil || !ok {
		return nil, err
	}
	for _, pair := range strings.Split(m[4], "&") {
		if name, value, _ := strings.Cut(pair, "="); strings.ReplaceAll(name, "+", " ") == in[1].(string) && pair != "" {
			return strings.ReplaceAll(value, "+", " "), nil
		}
	}
	return nil, nil
}

// formatNumber writes three significant digits with a letter for thousands.
func formatNumber(n int64) any {
	letters := []string{"", "K", "M", "B", "T", "Q"}
	r := new(big.Rat).SetInt64(n)
	thousand := big.NewRat(1000, 1)
	i := 0
	for i < len(letters)-1 && new(big.Rat).Abs(r).Cmp(thousand) >= 0 {
		r.Quo(r, thousand)
		i++
	}
	a, _ := r.Float64()
	digits := 0
	switch { // of negative numbers too, so that these always have two digits
	case a < 10:
		digits = 2
	case a < 100:
		digits = 1
	}
	text := r.FloatString(digits)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + letters[i]
}

func humanSeconds(s float64) (any, error) {
	if s != s || s > 9e18 || s < -9e18 {
		return nil, invalid("Invalid argument found")
	}
	if s < 0 {
		s = -s
	}
	left := int64(s + 0.5)
	var out []string
	for _, u := range []struct {
		n    int64
		name string
	}{{604800, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}} {
		n := left / u.n
		left %= u.n
		if n == 0 && !(u.n == 1 && len(out) == 0) {
			continue
		}
		word := u.name
		if n != 1 {
			word += "s"
		}
		out = append(out, strconv.FormatInt(n, 10)+" "+word)
	}
	return strings.Join(out, ", "), nil
}
