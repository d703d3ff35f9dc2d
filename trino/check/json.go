package check

import (
	"strings"

	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/types"
)

// jsonPath types the input and the variables of a path. The path itself is the engine's to read.
func (c *checker) jsonPath(e ast.Node, p *ast.JSONPath, s *Scope, function string) {
	if p.Name != nil && function != "JSON_TABLE" {
		c.report(p.Name.At, "INVALID_PATH", "JSON path name is not allowed in %s function", function)
	}
	mark, pm := len(c.found), len(c.problems)
	c.jsonInput(p.Input, s)
	if function == "JSON_TABLE" {
		c.forbid(p.Input.X, "JSON_TABLE input expression", mark, pm)
	}
	for _, a := range p.Passing {
		mark, pm := len(c.found), len(c.problems)
		if a.Input.Format != ast.NoFormat {
			c.jsonInput(a.Input, s)
		} else if t := c.expr(a.Input.X, s); !jsonScalar(t) {
			c.report(e.Span(), NotSupported, "Unsupported type of JSON path parameter: %s", t)
		}
		if function == "JSON_TABLE" {
			c.forbid(a.Input.X, "JSON_TABLE path parameter", mark, pm)
		}
	}
}

// jsonScalar reports whether a value of the type has a place in JSON by itself.
func jsonScalar(t types.Type) bool {
	switch k := t.Kind(); k {
	case types.Invalid, types.Unknown, types.Boolean, types.JSON, types.JSON2016:
		return true
	}
	return t.IsNumeric() || types.CanCast(t, varchar)
}

var jsonFormatText = [...]string{ast.NoFormat: "JSON", ast.JSON: "JSON", ast.JSONUTF8: "JSON ENCODING UTF8", ast.JSONUTF16: "JSON ENCODING UTF16", ast.JSONUTF32: "JSON ENCODING UTF32"}

// jsonInput is text, or bytes; an encoding makes sense for bytes only.
func (c *checker) jsonInput(in *ast.JSONInput, s *Scope) {
	t := c.expr(in.X, s)
	switch k := t.Kind(); {
	case k == types.Invalid || k == types.Unknown || k == types.Varbinary:
	case in.Format <= ast.JSON && (t.IsText() || k == types.JSON || k == types.JSON2016):
	default:
		c.mismatch(place(in.X), "Cannot read input of type %s as JSON using formatting %s", t, jsonFormatText[in.Format])
	}
}

// jsonReturning is the type that a JSON function gives: varchar unless it says another. Only text and
// bytes can hold a whole JSON document.
func (c *checker) jsonReturning(e ast.Expr, n *ast.TypeName, scalar bool) types.Type {
	if n == nil {
		return varchar
	}
	t, err := types.FromName(n)
	if err != nil {
		return c.mismatch(e.Span(), "%s", err)
	}
	if !scalar && !t.IsText() && t.Kind() != types.Varbinary && t.Kind() != types.JSON {
		return c.mismatch(e.Span(), "Cannot output JSON value as %s using formatting JSON", t)
	}
	if scalar && !(t.IsNumeric() || t.IsText() || t.IsDateTime() || t.Kind() == types.Boolean) {
		return c.mismatch(e.Span(), "Invalid return type of function JSON_VALUE: %s", t)
	}
	return t
}

func (c *checker) jsonBehavior(b *ast.JSONBehavior, t types.Type, s *Scope, function, when string) {
	if b == nil || b.Default == nil {
		return
	}
	if q := subqueryIn(b.Default); q != nil {
		c.report(holder(b.Default, q), "UNSUPPORTED_SUBQUERY", "Subqueries are not supported in %s default expressions", function)
		return
	}
	if u := c.expr(b.Default, s); u.Valid() && t.Valid() {
		if !types.CanCoerce(u, t) {
			c.mismatch(place(b.Default), "Function %s default %s result must evaluate to a %s (actual: %s)", function, when, t, u)
			return
		}
		c.coerce(b.Default, t)
	}
}

func (c *checker) jsonQuery(e *ast.JSONQuery, s *Scope) types.Type {
	c.jsonPath(e, e.Path, s, "JSON_QUERY")
	if o := e.Output; o.Quotes != "" && strings.HasPrefix(o.Wrapper, "with") && o.Wrapper != "without" {
		wrapper := map[string]string{"with conditional": "CONDITIONAL"}[o.Wrapper]
		if wrapper == "" {
			wrapper = "UNCONDITIONAL"
		}
		c.report(e.At, InvalidFunctionArgument, "%s QUOTES behavior specified with WITH %s ARRAY WRAPPER behavior", strings.ToUpper(o.Quotes), wrapper)
	}
	return c.jsonReturning(e, e.Returning, false)
}

func (c *checker) jsonValue(e *ast.JSONValue, s *Scope) types.Type {
	c.jsonPath(e, e.Path, s, "JSON_VALUE")
	t := c.jsonReturning(e, e.Returning, true)
	c.jsonBehavior(e.OnEmpty, t, s, "JSON_VALUE", "ON EMPTY")
	c.jsonBehavior(e.OnError, t, s, "JSON_VALUE", "ON ERROR")
	return t
}

func (c *checker) jsonObject(e *ast.JSONObject, s *Scope) types.Type {
	for _, m := range e.Members {
		if t := c.expr(m.Key, s); t.Valid() && !t.IsText() {
			c.report(place(m.Key), InvalidFunctionArgument, "Invalid type of JSON object key: %s", t)
		}
		c.jsonMember(m.Value, s, e, "JSON_OBJECT")
	}
	return c.jsonReturning(e, e.Returning, false)
}

func (c *checker) jsonArray(e *ast.JSONArray, s *Scope) types.Type {
	for _, x := range e.Elems {
		c.jsonMember(x, s, e, "JSON_ARRAY")
	}
	return c.jsonReturning(e, e.Returning, false)
}

// jsonMember: values of all types that have a text form go in.
func (c *checker) jsonMember(in *ast.JSONInput, s *Scope, e ast.Expr, function string) {
	if in.Format != ast.NoFormat {
		c.jsonInput(in, s)
		return
	}
	if t := c.expr(in.X, s); !jsonScalar(t) {
		c.report(e.Span(), NotSupported, "Unsupported type of value passed to %s function: %s", function, t)
	}
}

// jsonTable gives the columns of JSON_TABLE, nested ones in their place.
func (c *checker) jsonTable(r *ast.JSONTable, lateral *Scope) []*Column {
	sel := c.sel
	if c.sel == nil {
		c.sel = &selection{}
	}
	defer func() { c.sel = sel }()
	s := &Scope{parent: lateral, boundary: true}
	c.jsonPath(r, r.Path, s, "JSON_TABLE")
	seen := map[string]bool{}
	name := func(id *ast.Ident, key string) {
		if seen[key] {
			c.report(id.At, "DUPLICATE_COLUMN_OR_PATH_NAME", "All column and path names in JSON_TABLE invocation must be unique")
		}
		seen[key] = true
	}
	if r.Path.Name != nil {
		name(r.Path.Name, windowKey(r.Path.Name))
	}
	var cols []*Column
	var walk func(list []*ast.JSONColumn)
	walk = func(list []*ast.JSONColumn) {
		for _, col := range list {
			if col.Name != nil {
				name(col.Name, windowKey(col.Name))
			}
			if col.Kind == ast.JSONNested {
				walk(col.Columns)
				continue
			}
			t := bigint
			if col.Type != nil {
				var err error
				if t, err = types.FromName(col.Type); err != nil {
					t = c.mismatch(col.At, "%s", err)
				}
			}
			for _, b := range [2]*ast.JSONBehavior{col.OnEmpty, col.OnError} {
				if b != nil && b.Default != nil {
					mark, pm := len(c.found), len(c.problems)
					c.jsonBehavior(b, t, s, "JSON_TABLE", "")
					c.forbid(b.Default, "default expression for JSON_TABLE column", mark, pm)
				}
			}
			out := &Column{Name: col.Name.Name, key: lower(col.Name.Name), Type: t}
			if col.Kind != ast.JSONOrdinality {
				out.Expr = r.Path.Input.X
			}
			cols = append(cols, out)
		}
	}
	walk(r.Columns)
	return cols
}
