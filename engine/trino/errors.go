package trino

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	driver "github.com/trinodb/trino-go-client/trino"
)

// Error is a query that gave no rows. Code is timeout, memory, cancelled, denied, unreachable,
// unauthorized, busy, starting, too_large, broken, unsupported, or Trino's own name of the fault. Message
// and Hint are for people and name nothing that the asker might not see; Detail is what the server said,
// whole, for engineers.
type Error struct {
	Code, Message, Hint string
	Detail              string
	QueryID             string
	Line, Column        int // in the SQL as sent, counted from 1; 0 where the server gave no place
}

func (e *Error) Error() string {
	if e.Hint != "" {
		return e.Message + " " + e.Hint
	}
	return e.Message
}

// Tell is what an outcome shows.
func (e *Error) Tell() (code, reason, hint string) { return e.Code, e.Message, e.Hint }

// propertyRefused says that the server did not let the account set a session property.
func (e *Error) propertyRefused() bool {
	return e.Code == "denied" && strings.Contains(e.Detail, "session property") && strings.Contains(e.Detail, "query_max_")
}

const shorter = "Ask for a shorter period or fewer groups."

// words says Trino's faults to people, by the server's name of each. The names are those of
// StandardErrorCode; what is not here keeps its name and says only that the query failed.
var words = map[string]struct{ code, message, hint string }{
	"EXCEEDED_TIME_LIMIT":             {"timeout", "The query ran longer than it may and was stopped.", shorter},
	"EXCEEDED_CPU_LIMIT":              {"timeout", "The query used more computing time than it may and was stopped.", shorter},
	"ABANDONED_QUERY":                 {"cancelled", "The query was dropped because nobody fetched its rows.", "Ask again."},
	"USER_CANCELED":                   {"cancelled", "The query was cancelled.", ""},
	"ADMINISTRATIVELY_KILLED":         {"cancelled", "An administrator stopped the query.", "Ask the data platform team why."},
	"ADMINISTRATIVELY_PREEMPTED":      {"cancelled", "The query was stopped in favour of others.", "Ask again later."},
	"EXCEEDED_LOCAL_MEMORY_LIMIT":     {"memory", "The query needed more memory than it may have and was stopped.", shorter},
	"EXCEEDED_GLOBAL_MEMORY_LIMIT":    {"memory", "The query needed more memory than it may have and was stopped.", shorter},
	"CLUSTER_OUT_OF_MEMORY":           {"memory", "The cluster ran out of memory and stopped the query.", shorter},
	"EXCEEDED_SPILL_LIMIT":            {"memory", "The query needed more room on disk than it may have and was stopped.", shorter},
	"EXCEEDED_SCAN_LIMIT":             {"too_large", "The query read more than it may and was stopped.", shorter},
	"QUERY_HAS_TOO_MANY_STAGES":       {"too_large", "The query has more steps than the engine takes.", "Ask for fewer things at once."},
	"QUERY_TEXT_TOO_LARGE":            {"too_large", "The query's text is longer than the engine takes.", "Ask for fewer things at once."},
	"PERMISSION_DENIED":               {"denied", "You may not read what this needs.", "Ask the owner of the data for access."},
	"QUERY_QUEUE_FULL":                {"busy", "The engine has more queries waiting than it takes.", "Ask again in a minute."},
	"QUERY_REJECTED":                  {"busy", "The engine does not take this query now.", "Ask again in a minute."},
	"NO_NODES_AVAILABLE":              {"busy", "The engine has no machine free for this.", "Ask again in a minute."},
	"SERVER_STARTING_UP":              {"starting", "The engine is starting.", "Ask again in a minute."},
	"SERVER_SHUTTING_DOWN":            {"unreachable", "The engine is shutting down.", "Ask again in a minute."},
	"REMOTE_HOST_GONE":                {"unreachable", "A machine of the engine went away while it worked on this.", "Ask again."},
	"PAGE_TRANSPORT_ERROR":            {"unreachable", "The engine's machines lost each other while working on this.", "Ask again."},
	"PAGE_TRANSPORT_TIMEOUT":          {"unreachable", "The engine's machines lost each other while working on this.", "Ask again."},
	"TABLE_NOT_FOUND":                 {"TABLE_NOT_FOUND", "A table that this needs is not there.", "The catalog may be out of date; ask the data platform team."},
	"COLUMN_NOT_FOUND":                {"COLUMN_NOT_FOUND", "A column that this needs is not there.", "The catalog may be out of date; ask the data platform team."},
	"SCHEMA_NOT_FOUND":                {"SCHEMA_NOT_FOUND", "A schema that this needs is not there.", "The catalog may be out of date; ask the data platform team."},
	"CATALOG_NOT_FOUND":               {"CATALOG_NOT_FOUND", "A catalog that this needs is not there.", "Ask the data platform team."},
	"CATALOG_UNAVAILABLE":             {"unreachable", "The system behind a table does not answer.", "Ask again later, or ask the data platform team."},
	"CATALOG_NOT_AVAILABLE":           {"unreachable", "The system behind a table does not answer.", "Ask again later, or ask the data platform team."},
	"DIVISION_BY_ZERO":                {"DIVISION_BY_ZERO", "A number is divided by zero.", ""},
	"NUMERIC_VALUE_OUT_OF_RANGE":      {"NUMERIC_VALUE_OUT_OF_RANGE", "A number is too large for its type.", ""},
	"INVALID_CAST_ARGUMENT":           {"INVALID_CAST_ARGUMENT", "A value cannot be turned into the type that was asked for.", ""},
	"INVALID_FUNCTION_ARGUMENT":       {"INVALID_FUNCTION_ARGUMENT", "A function was given a value that it does not take.", ""},
	"SUBQUERY_MULTIPLE_ROWS":          {"SUBQUERY_MULTIPLE_ROWS", "A subquery that must give one value gave several rows.", ""},
	"GENERIC_INTERNAL_ERROR":          {"GENERIC_INTERNAL_ERROR", "The engine failed while working on this.", "Tell the data platform team."},
	"ICEBERG_CANNOT_OPEN_SPLIT":       {"unreachable", "A file of a table cannot be read.", "Ask again, or tell the data platform team."},
	"ICEBERG_FILESYSTEM_ERROR":        {"unreachable", "The storage behind a table does not answer.", "Ask again later, or tell the data platform team."},
	"EXCEEDED_FUNCTION_MEMORY_LIMIT":  {"memory", "The query needed more memory than it may have and was stopped.", shorter},
	"TOO_MANY_REQUESTS_FAILED":        {"unreachable", "The engine's machines lost each other while working on this.", "Ask again."},
	"REMOTE_TASK_ERROR":               {"unreachable", "A machine of the engine failed while it worked on this.", "Ask again."},
	"REMOTE_TASK_MISMATCH":            {"unreachable", "A machine of the engine was restarted while it worked on this.", "Ask again."},
	"OUT_OF_SPILL_SPACE":              {"memory", "The engine ran out of room on disk.", shorter},
	"INVALID_ROW_FILTER":              {"denied", "The engine's rules for this table are broken.", "Tell the data platform team."},
	"INVALID_COLUMN_MASK":             {"denied", "The engine's rules for this table are broken.", "Tell the data platform team."},
	"SERIALIZATION_ERROR":             {"broken", "The engine could not send the rows.", "Ask again."},
	"JSON_OUTPUT_CONVERSION_ERROR":    {"JSON_OUTPUT_CONVERSION_ERROR", "A value cannot be turned into JSON.", ""},
	"INVALID_ARGUMENTS":               {"INVALID_ARGUMENTS", "A function was given a value that it does not take.", ""},
	"GENERIC_INSUFFICIENT_RESOURCES":  {"memory", "The engine has too little room for this.", shorter},
	"UNSUPPORTED_TABLE_TYPE":          {"unsupported", "The engine cannot read a table of this kind.", ""},
	"NOT_SUPPORTED":                   {"unsupported", "The engine cannot run this form of query.", ""},
	"FUNCTION_IMPLEMENTATION_MISSING": {"unsupported", "The engine lacks a function that this needs.", ""},
	"FUNCTION_NOT_FOUND":              {"unsupported", "The engine lacks a function that this needs.", ""},
}

// failure turns whatever ended a query into an *Error. Which context ended is asked first, since the
// driver reports it in several ways.
func (e *Engine) failure(ctx, deadline context.Context, err error, limit time.Duration, queryID string) *Error {
	out := &Error{QueryID: queryID, Detail: err.Error()}
	set := func(code, message, hint string) *Error {
		out.Code, out.Message, out.Hint = code, message, hint
		return out
	}
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded), ctx.Err() == nil && deadline.Err() != nil:
		return set("timeout", fmt.Sprintf("The query ran longer than %s and was stopped.", limit), shorter)
	case ctx.Err() != nil, errors.Is(err, driver.ErrQueryCancelled):
		return set("cancelled", "The query was cancelled.", "")
	}
	var told *driver.ErrTrino
	if errors.As(err, &told) {
		out.Line, out.Column = told.ErrorLocation.LineNumber, told.ErrorLocation.ColumnNumber
		out.Detail = told.ErrorName + ": " + told.Message
		for c := told.FailureInfo.Cause; c != nil; c = c.Cause {
			out.Detail += "; " + c.Type + ": " + c.Message
		}
		if w, ok := words[told.ErrorName]; ok {
			return set(w.code, w.message, w.hint)
		}
		return set(told.ErrorName, "The engine could not run the query.", "The details are in the log.")
	}
	var odd *unsupported
	if errors.As(err, &odd) {
		return set("unsupported", odd.message, odd.hint)
	}
	var failed *driver.ErrQueryFailed
	if errors.As(err, &failed) {
		switch failed.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			return set("unauthorized", "The engine does not accept limn's account.", "Ask the data platform team to look at its credentials.")
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return set("unreachable", "The engine does not answer.", "Ask again in a minute.")
		case http.StatusNotFound, http.StatusGone:
			return set("unreachable", "The engine no longer knows the query; it may have been restarted.", "Ask again.")
		}
	}
	var secret *unset
	if errors.As(err, &secret) {
		return set("unauthorized", "limn cannot sign in to the engine: "+secret.what+".", secret.todo)
	}
	var other *elsewhere
	if errors.As(err, &other) {
		return set("broken", "The engine's answer points to another address than limn was given.", "Tell the data platform team: the server should know itself by "+e.host()+".")
	}
	var network net.Error
	var dial *net.OpError
	if errors.As(err, &network) || errors.As(err, &dial) {
		return set("unreachable", "The engine at "+e.host()+" cannot be reached.", "Ask again in a minute; if it stays so, tell the data platform team.")
	}
	return set("broken", "The engine's answer could not be read to its end, so nothing of it is shown.", "Ask again.")
}

func (e *Engine) host() string {
	_, host, _ := strings.Cut(e.cfg.URL, "://")
	return host
}

// unsupported is a value that the way from the server would change.
type unsupported struct{ message, hint string }

func (u *unsupported) Error() string { return u.message }
