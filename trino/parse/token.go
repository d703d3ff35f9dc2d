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

// The words of the grammar of Trino 483 (SqlBase.g4): first those that are never an identifier
// without quotes, then those that may be one.
const (
	kALTER kind = iota + kwFirst + 1
	kAND
	kAS
	kAUTO
	kBETWEEN
	kBY
	kCASE
	kCAST
	kCONSTRAINT
	kCREATE
	kCROSS
	kCUBE
	kCURRENT_CATALOG
	kCURRENT_DATE
	kCURRENT_PATH
	kCURRENT_ROLE
	kCURRENT_SCHEMA
	kCURRENT_TIME
	kCURRENT_TIMESTAMP
	kCURRENT_USER
	kDEALLOCATE
	kDELETE
	kDESCRIBE
	kDISTINCT
	kDROP
	kELSE
	kEND
	kESCAPE
	kEXCEPT
	kEXISTS
	kEXTRACT
	kFALSE
	kFOR
	kFROM
	kFULL
	kGROUP
	kGROUPING
	kHAVING
	kIN
	kINNER
	kINSERT
	kINTERSECT
	kINTO
	kIS
	kJOIN
	kJSON_ARRAY
	kJSON_EXISTS
	kJSON_OBJECT
	kJSON_QUERY
	kJSON_TABLE
	kJSON_VALUE
	kLEFT
	kLIKE
	kLISTAGG
	kLOCALTIME
	kLOCALTIMESTAMP
	kNATURAL
	kNORMALIZE
	kNOT
	kNULL
	kON
	kOR
	kORDER
	kOUTER
	kOVERLAPS
	kPREPARE
	kRECURSIVE
	kRIGHT
	kROLLUP
	kSELECT
	kSKIP
	kTABLE
	kTHEN
	kTRIM
	kTRUE
	kUESCAPE
	kUNION
	kUNNEST
	kUSING
	kVALUES
	kWHEN
	kWHERE
	kWITH
	kwReservedEnd
	kABSENT
	kADD
	kADMIN
	kAFTER
	kALL
	kANALYZE
	kANY
	kARRAY
	kASC
	kASYMMETRIC
	kAT
	kAUTHORIZATION
	kBEGIN
	kBERNOULLI
	kBOTH
	kBRANCH
	kBRANCHES
	kCALL
	kCALLED
	kCASCADE
	kCATALOG
	kCATALOGS
	kCOLUMN
	kCOLUMNS
	kCOMMENT
	kCOMMIT
	kCOMMITTED
	kCONDITIONAL
	kCOPARTITION
	kCORRESPONDING
	kCOUNT
	kCURRENT
	kDATA
	kDATE
	kDAY
	kDECLARE
	kDEFAULT
	kDEFINE
	kDEFINER
	kDENY
	kDESC
	kDESCRIPTOR
	kDETERMINISTIC
	kDISTRIBUTED
	kDO
	kDOUBLE
	kELSEIF
	kEMPTY
	kENCODING
	kERROR
	kEXCLUDING
	kEXECUTE
	kEXPLAIN
	kFAIL
	kFAST
	kFETCH
	kFILTER
	kFINAL
	kFIRST
	kFOLLOWING
	kFORMAT
	kFORWARD
	kFUNCTION
	kFUNCTIONS
	kGRACE
	kGRANT
	kGRANTED
	kGRANTS
	kGRAPHVIZ
	kGROUPS
	kHOUR
	kIF
	kIGNORE
	kIMMEDIATE
	kINCLUDING
	kINITIAL
	kINLINE
	kINPUT
	kINTERVAL
	kINVOKER
	kIO
	kISOLATION
	kITERATE
	kJSON
	kKEEP
	kKEY
	kKEYS
	kLANGUAGE
	kLAST
	kLATERAL
	kLEADING
	kLEAVE
	kLEVEL
	kLIMIT
	kLOCAL
	kLOGICAL
	kLOOP
	kMAP
	kMATCH
	kMATCHED
	kMATCHES
	kMATCH_RECOGNIZE
	kMATERIALIZED
	kMEASURES
	kMERGE
	kMINUTE
	kMONTH
	kNEAREST
	kNESTED
	kNEXT
	kNFC
	kNFD
	kNFKC
	kNFKD
	kNO
	kNONE
	kNULLIF
	kNULLS
	kOBJECT
	kOF
	kOFFSET
	kOMIT
	kONE
	kONLY
	kOPTION
	kORDINALITY
	kOUTPUT
	kOVER
	kOVERFLOW
	kOVERLAY
	kPARTIAL
	kPARTITION
	kPARTITIONS
	kPASSING
	kPAST
	kPATH
	kPATTERN
	kPER
	kPERIOD
	kPERMUTE
	kPIVOT
	kPLACING
	kPLAN
	kPOSITION
	kPRECEDING
	kPRECISION
	kPRIVILEGES
	kPROPERTIES
	kPRUNE
	kQUOTES
	kRANGE
	kREAD
	kREFRESH
	kRENAME
	kREPEAT
	kREPEATABLE
	kREPLACE
	kRESET
	kRESPECT
	kRESTRICT
	kRETURN
	kRETURNING
	kRETURNS
	kREVOKE
	kROLE
	kROLES
	kROLLBACK
	kROW
	kROWS
	kRUNNING
	kSCALAR
	kSCHEMA
	kSCHEMAS
	kSECOND
	kSECURITY
	kSEEK
	kSERIALIZABLE
	kSESSION
	kSET
	kSETS
	kSHOW
	kSIMPLE
	kSOME
	kSTALE
	kSTART
	kSTATS
	kSTRING
	kSUBSET
	kSUBSTRING
	kSYMMETRIC
	kSYSTEM
	kTABLES
	kTABLESAMPLE
	kTEXT
	kTIES
	kTIME
	kTIMESTAMP
	kTO
	kTRAILING
	kTRANSACTION
	kTRUNCATE
	kTRY_CAST
	kTYPE
	kUNBOUNDED
	kUNCOMMITTED
	kUNCONDITIONAL
	kUNIQUE
	kUNKNOWN
	kUNMATCHED
	kUNTIL
	kUPDATE
	kUSE
	kUSER
	kUTF16
	kUTF32
	kUTF8
	kVALIDATE
	kVALUE
	kVERBOSE
	kVERSION
	kVIEW
	kWHILE
	kWINDOW
	kWITHIN
	kWITHOUT
	kWORK
	kWRAPPER
	kWRITE
	kYEAR
	kZONE
	kwEnd
)

var keywordText = [...]string{
	kALTER:             "ALTER",
	kAND:               "AND",
	kAS:                "AS",
	kAUTO:              "AUTO",
	kBETWEEN:           "BETWEEN",
	kBY:                "BY",
	kCASE:              "CASE",
	kCAST:              "CAST",
	kCONSTRAINT:        "CONSTRAINT",
	kCREATE:            "CREATE",
	kCROSS:             "CROSS",
	kCUBE:              "CUBE",
	kCURRENT_CATALOG:   "CURRENT_CATALOG",
	kCURRENT_DATE:      "CURRENT_DATE",
	kCURRENT_PATH:      "CURRENT_PATH",
	kCURRENT_ROLE:      "CURRENT_ROLE",
	kCURRENT_SCHEMA:    "CURRENT_SCHEMA",
	kCURRENT_TIME:      "CURRENT_TIME",
	kCURRENT_TIMESTAMP: "CURRENT_TIMESTAMP",
	kCURRENT_USER:      "CURRENT_USER",
	kDEALLOCATE:        "DEALLOCATE",
	kDELETE:            "DELETE",
	kDESCRIBE:          "DESCRIBE",
	kDISTINCT:          "DISTINCT",
	kDROP:              "DROP",
	kELSE:              "ELSE",
	kEND:               "END",
	kESCAPE:            "ESCAPE",
	kEXCEPT:            "EXCEPT",
	kEXISTS:            "EXISTS",
	kEXTRACT:           "EXTRACT",
	kFALSE:             "FALSE",
	kFOR:               "FOR",
	kFROM:              "FROM",
	kFULL:              "FULL",
	kGROUP:             "GROUP",
	kGROUPING:          "GROUPING",
	kHAVING:            "HAVING",
	kIN:                "IN",
	kINNER:             "INNER",
	kINSERT:            "INSERT",
	kINTERSECT:         "INTERSECT",
	kINTO:              "INTO",
	kIS:                "IS",
	kJOIN:              "JOIN",
	kJSON_ARRAY:        "JSON_ARRAY",
	kJSON_EXISTS:       "JSON_EXISTS",
	kJSON_OBJECT:       "JSON_OBJECT",
	kJSON_QUERY:        "JSON_QUERY",
	kJSON_TABLE:        "JSON_TABLE",
	kJSON_VALUE:        "JSON_VALUE",
	kLEFT:              "LEFT",
	kLIKE:              "LIKE",
	kLISTAGG:           "LISTAGG",
	kLOCALTIME:         "LOCALTIME",
	kLOCALTIMESTAMP:    "LOCALTIMESTAMP",
	kNATURAL:           "NATURAL",
	kNORMALIZE:         "NORMALIZE",
	kNOT:               "NOT",
	kNULL:              "NULL",
	kON:                "ON",
	kOR:                "OR",
	kORDER:             "ORDER",
	kOUTER:             "OUTER",
	kOVERLAPS:          "OVERLAPS",
	kPREPARE:           "PREPARE",
	kRECURSIVE:         "RECURSIVE",
	kRIGHT:             "RIGHT",
	kROLLUP:            "ROLLUP",
	kSELECT:            "SELECT",
	kSKIP:              "SKIP",
	kTABLE:             "TABLE",
	kTHEN:              "THEN",
	kTRIM:              "TRIM",
	kTRUE:              "TRUE",
	kUESCAPE:           "UESCAPE",
	kUNION:             "UNION",
	kUNNEST:            "UNNEST",
	kUSING:             "USING",
	kVALUES:            "VALUES",
	kWHEN:              "WHEN",
	kWHERE:             "WHERE",
	kWITH:              "WITH",
	kABSENT:            "ABSENT",
	kADD:               "ADD",
	kADMIN:             "ADMIN",
	kAFTER:             "AFTER",
	kALL:               "ALL",
	kANALYZE:           "ANALYZE",
	kANY:               "ANY",
	kARRAY:             "ARRAY",
	kASC:               "ASC",
	kASYMMETRIC:        "ASYMMETRIC",
	kAT:                "AT",
	kAUTHORIZATION:     "AUTHORIZATION",
	kBEGIN:             "BEGIN",
	kBERNOULLI:         "BERNOULLI",
	kBOTH:              "BOTH",
	kBRANCH:            "BRANCH",
	kBRANCHES:          "BRANCHES",
	kCALL:              "CALL",
	kCALLED:            "CALLED",
	kCASCADE:           "CASCADE",
	kCATALOG:           "CATALOG",
	kCATALOGS:          "CATALOGS",
	kCOLUMN:            "COLUMN",
	kCOLUMNS:           "COLUMNS",
	kCOMMENT:           "COMMENT",
	kCOMMIT:            "COMMIT",
	kCOMMITTED:         "COMMITTED",
	kCONDITIONAL:       "CONDITIONAL",
	kCOPARTITION:       "COPARTITION",
	kCORRESPONDING:     "CORRESPONDING",
	kCOUNT:             "COUNT",
	kCURRENT:           "CURRENT",
	kDATA:              "DATA",
	kDATE:              "DATE",
	kDAY:               "DAY",
	kDECLARE:           "DECLARE",
	kDEFAULT:           "DEFAULT",
	kDEFINE:            "DEFINE",
	kDEFINER:           "DEFINER",
	kDENY:              "DENY",
	kDESC:              "DESC",
	kDESCRIPTOR:        "DESCRIPTOR",
	kDETERMINISTIC:     "DETERMINISTIC",
	kDISTRIBUTED:       "DISTRIBUTED",
	kDO:                "DO",
	kDOUBLE:            "DOUBLE",
	kELSEIF:            "ELSEIF",
	kEMPTY:             "EMPTY",
	kENCODING:          "ENCODING",
	kERROR:             "ERROR",
	kEXCLUDING:         "EXCLUDING",
	kEXECUTE:           "EXECUTE",
	kEXPLAIN:           "EXPLAIN",
	kFAIL:              "FAIL",
	kFAST:              "FAST",
	kFETCH:             "FETCH",
	kFILTER:            "FILTER",
	kFINAL:             "FINAL",
	kFIRST:             "FIRST",
	kFOLLOWING:         "FOLLOWING",
	kFORMAT:            "FORMAT",
	kFORWARD:           "FORWARD",
	kFUNCTION:          "FUNCTION",
	kFUNCTIONS:         "FUNCTIONS",
	kGRACE:             "GRACE",
	kGRANT:             "GRANT",
	kGRANTED:           "GRANTED",
	kGRANTS:            "GRANTS",
	kGRAPHVIZ:          "GRAPHVIZ",
	kGROUPS:            "GROUPS",
	kHOUR:              "HOUR",
	kIF:                "IF",
	kIGNORE:            "IGNORE",
	kIMMEDIATE:         "IMMEDIATE",
	kINCLUDING:         "INCLUDING",
	kINITIAL:           "INITIAL",
	kINLINE:            "INLINE",
	kINPUT:             "INPUT",
	kINTERVAL:          "INTERVAL",
	kINVOKER:           "INVOKER",
	kIO:                "IO",
	kISOLATION:         "ISOLATION",
	kITERATE:           "ITERATE",
	kJSON:              "JSON",
	kKEEP:              "KEEP",
	kKEY:               "KEY",
	kKEYS:              "KEYS",
	kLANGUAGE:          "LANGUAGE",
	kLAST:              "LAST",
	kLATERAL:           "LATERAL",
	kLEADING:           "LEADING",
	kLEAVE:             "LEAVE",
	kLEVEL:             "LEVEL",
	kLIMIT:             "LIMIT",
	kLOCAL:             "LOCAL",
	kLOGICAL:           "LOGICAL",
	kLOOP:              "LOOP",
	kMAP:               "MAP",
	kMATCH:             "MATCH",
	kMATCHED:           "MATCHED",
	kMATCHES:           "MATCHES",
	kMATCH_RECOGNIZE:   "MATCH_RECOGNIZE",
	kMATERIALIZED:      "MATERIALIZED",
	kMEASURES:          "MEASURES",
	kMERGE:             "MERGE",
	kMINUTE:            "MINUTE",
	kMONTH:             "MONTH",
	kNEAREST:           "NEAREST",
	kNESTED:            "NESTED",
	kNEXT:              "NEXT",
	kNFC:               "NFC",
	kNFD:               "NFD",
	kNFKC:              "NFKC",
	kNFKD:              "NFKD",
	kNO:                "NO",
	kNONE:              "NONE",
	kNULLIF:            "NULLIF",
	kNULLS:             "NULLS",
	kOBJECT:            "OBJECT",
	kOF:                "OF",
	kOFFSET:            "OFFSET",
	kOMIT:              "OMIT",
	kONE:               "ONE",
	kONLY:              "ONLY",
	kOPTION:            "OPTION",
	kORDINALITY:        "ORDINALITY",
	kOUTPUT:            "OUTPUT",
	kOVER:              "OVER",
	kOVERFLOW:          "OVERFLOW",
	kOVERLAY:           "OVERLAY",
	kPARTIAL:           "PARTIAL",
	kPARTITION:         "PARTITION",
	kPARTITIONS:        "PARTITIONS",
	kPASSING:           "PASSING",
	kPAST:              "PAST",
	kPATH:              "PATH",
	kPATTERN:           "PATTERN",
	kPER:               "PER",
	kPERIOD:            "PERIOD",
	kPERMUTE:           "PERMUTE",
	kPIVOT:             "PIVOT",
	kPLACING:           "PLACING",
	kPLAN:              "PLAN",
	kPOSITION:          "POSITION",
	kPRECEDING:         "PRECEDING",
	kPRECISION:         "PRECISION",
	kPRIVILEGES:        "PRIVILEGES",
	kPROPERTIES:        "PROPERTIES",
	kPRUNE:             "PRUNE",
	kQUOTES:            "QUOTES",
	kRANGE:             "RANGE",
	kREAD:              "READ",
	kREFRESH:           "REFRESH",
	kRENAME:            "RENAME",
	kREPEAT:            "REPEAT",
	kREPEATABLE:        "REPEATABLE",
	kREPLACE:           "REPLACE",
	kRESET:             "RESET",
	kRESPECT:           "RESPECT",
	kRESTRICT:          "RESTRICT",
	kRETURN:            "RETURN",
	kRETURNING:         "RETURNING",
	kRETURNS:           "RETURNS",
	kREVOKE:            "REVOKE",
	kROLE:              "ROLE",
	kROLES:             "ROLES",
	kROLLBACK:          "ROLLBACK",
	kROW:               "ROW",
	kROWS:              "ROWS",
	kRUNNING:           "RUNNING",
	kSCALAR:            "SCALAR",
	kSCHEMA:            "SCHEMA",
	kSCHEMAS:           "SCHEMAS",
	kSECOND:            "SECOND",
	kSECURITY:          "SECURITY",
	kSEEK:              "SEEK",
	kSERIALIZABLE:      "SERIALIZABLE",
	kSESSION:           "SESSION",
	kSET:               "SET",
	kSETS:              "SETS",
	kSHOW:              "SHOW",
	kSIMPLE:            "SIMPLE",
	kSOME:              "SOME",
	kSTALE:             "STALE",
	kSTART:             "START",
	kSTATS:             "STATS",
	kSTRING:            "STRING",
	kSUBSET:            "SUBSET",
	kSUBSTRING:         "SUBSTRING",
	kSYMMETRIC:         "SYMMETRIC",
	kSYSTEM:            "SYSTEM",
	kTABLES:            "TABLES",
	kTABLESAMPLE:       "TABLESAMPLE",
	kTEXT:              "TEXT",
	kTIES:              "TIES",
	kTIME:              "TIME",
	kTIMESTAMP:         "TIMESTAMP",
	kTO:                "TO",
	kTRAILING:          "TRAILING",
	kTRANSACTION:       "TRANSACTION",
	kTRUNCATE:          "TRUNCATE",
	kTRY_CAST:          "TRY_CAST",
	kTYPE:              "TYPE",
	kUNBOUNDED:         "UNBOUNDED",
	kUNCOMMITTED:       "UNCOMMITTED",
	kUNCONDITIONAL:     "UNCONDITIONAL",
	kUNIQUE:            "UNIQUE",
	kUNKNOWN:           "UNKNOWN",
	kUNMATCHED:         "UNMATCHED",
	kUNTIL:             "UNTIL",
	kUPDATE:            "UPDATE",
	kUSE:               "USE",
	kUSER:              "USER",
	kUTF16:             "UTF16",
	kUTF32:             "UTF32",
	kUTF8:              "UTF8",
	kVALIDATE:          "VALIDATE",
	kVALUE:             "VALUE",
	kVERBOSE:           "VERBOSE",
	kVERSION:           "VERSION",
	kVIEW:              "VIEW",
	kWHILE:             "WHILE",
	kWINDOW:            "WINDOW",
	kWITHIN:            "WITHIN",
	kWITHOUT:           "WITHOUT",
	kWORK:              "WORK",
	kWRAPPER:           "WRAPPER",
	kWRITE:             "WRITE",
	kYEAR:              "YEAR",
	kZONE:              "ZONE",
}

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
