package parse

// kind is the kind of a token. The words of the grammar follow kwFirst, the reserved ones first.
type kind uint16

const (
	tEOF   kind = iota
	tIdent      // letters, digits and underscores, and not a word of the grammar
	tQuoted
	tBackquoted
	tDigitIdent
	tString
	tUnicodeString
	tDollarString
	tBinary
	tInteger
	tDecimal
	tDouble
	tUnrecognized
	tDot        // .
	tLParen     // (
	tRParen     // )
	tComma      // ,
	tAt         // @
	tArrowFat   // =>
	tColonColon // ::
	tArrow      // ->
	tLBracket   // [
	tRBracket   // ]
	tColon      // :
	tPipe       // |
	tCaret      // ^
	tDollar     // $
	tLExclude   // {-
	tRExclude   // -}
	tLBrace     // {
	tRBrace     // }
	tEq         // =
	tNe         // <>
	tLt         // <
	tLe         // <=
	tGt         // >
	tGe         // >=
	tPlus       // +
	tMinus      // -
	tStar       // *
	tSlash      // /
	tPercent    // %
	tConcat     // ||
	tQuestion   // ?
	tSemicolon  // ;
	kwFirst
)

var punctText = [...]string{
	tDot:        ".",
	tLParen:     "(",
	tRParen:     ")",
	tComma:      ",",
	tAt:         "@",
	tArrowFat:   "=>",
	tColonColon: "::",
	tArrow:      "->",
	tLBracket:   "[",
	tRBracket:   "]",
	tColon:      ":",
	tPipe:       "|",
	tCaret:      "^",
	tDollar:     "$",
	tLExclude:   "{-",
	tRExclude:   "-}",
	tLBrace:     "{",
	tRBrace:     "}",
	tEq:         "=",
	tNe:         "<>",
	tLt:         "<",
	tLe:         "<=",
	tGt:         ">",
	tGe:         ">=",
	tPlus:       "+",
	tMinus:      "-",
	tStar:       "*",
	tSlash:      "/",
	tPercent:    "%",
	tConcat:     "||",
	tQuestion:   "?",
	tSemicolon:  ";",
}

// reserved says that the word cannot be an identifier without quotes.
func (k kind) reserved() bool { return k > kwFirst && k < kwReservedEnd }

// isName says that the token may stand where an identifier may, the refused spellings included.
func (k kind) isName() bool { return k > kwReservedEnd || k >= tIdent && k <= tDigitIdent }

// String is the token as an error message names it.
func (k kind) String() string {
	switch {
	case k > kwFirst:
		return "'" + keywordText[k] + "'"
	case k >= tDot:
		return "'" + punctText[k] + "'"
	case k == tEOF:
		return "<EOF>"
	case k == tInteger:
		return "<integer>"
	case k == tString, k == tUnicodeString:
		return "<string>"
	}
	return "<identifier>"
}

// IsIdentifier says whether name can be written without quotes as an identifier: letters, digits and
// underscores, and no reserved word.
func IsIdentifier(name string) bool {
	return IsWord(name) && !keywordKind(hashWord(name), name).reserved()
}

// IsWord says whether name is a letter or an underscore, and then letters, digits and underscores.
func IsWord(name string) bool {
	if name == "" || class[name[0]] != classLetter {
		return false
	}
	for i := 1; i < len(name); i++ {
		if cl := class[name[i]]; cl != classLetter && cl != classDigit {
			return false
		}
	}
	return true
}
