package translate

import (
	"regexp"
	"strings"
)

// EngineError is an error of a running query in Trino's terms.
type EngineError struct {
	Code    string // Trino's name, such as DIVISION_BY_ZERO; GENERIC_INTERNAL_ERROR when it has none
	Message string // for people
}

// Error gives the message for people.
func (e *EngineError) Error() string { return e.Message }

var (
	raised = regexp.MustCompile(mark + `([A-Z_]+):([^'"]*)`)
	// duckErrors are tried in order; what DuckDB says is matched without regard to case.
	duckErrors = []struct{ part, code, message string }{
		{"more than one row returned by a subquery", "SUBQUERY_MULTIPLE_ROWS", "A subquery that must give one value gave several rows"},
		{"date out of range", "INVALID_FUNCTION_ARGUMENT", "There is no such date"},
		{"not implemented error", "NOT_SUPPORTED", "The embedded engine cannot run this form of query"},
		{"interrupted", "USER_CANCELED", "The query was cancelled"},
		{"out of memory", "EXCEEDED_LOCAL_MEMORY_LIMIT", "The query needs more memory than it may use"},
		{"out of range error", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"overflow", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"is out of range", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"can't be cast because the value", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"value is out of range", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"could not cast value", "NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type"},
		{"conversion error", "INVALID_CAST_ARGUMENT", "A value cannot be turned into the type that was asked for"},
		{"invalid input error", "INVALID_FUNCTION_ARGUMENT", "A function was given a value that it does not take"},
	}
)

// Error turns an error of DuckDB into Trino's, nil for nil. Its own text stays out of the message:
// it speaks of a statement that nobody wrote.
func Error(err error) *EngineError {
	if err == nil {
		return nil
	}
	text := err.Error()
	if m := raised.FindStringSubmatch(text); m != nil {
		return &EngineError{m[1], m[2]}
	}
	lower := strings.ToLower(text)
	for _, e := range duckErrors {
		if strings.Contains(lower, e.part) {
			return &EngineError{e.code, e.message}
		}
	}
	return &EngineError{"GENERIC_INTERNAL_ERROR", "The engine could not run the query"}
}
