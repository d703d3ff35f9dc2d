package ast

// Insert is INSERT INTO table[@branch] [(columns)] query.
type Insert struct {
	Head
	Table     *QualifiedName
	Branch    *Ident
	Columns   []*Ident
	Functions []*FunctionSpec // WITH FUNCTION in front of the query
	Query     *Query
}

// Delete is DELETE FROM table[@branch] [WHERE condition].
type Delete struct {
	Head
	Table  *QualifiedName
	Branch *Ident
	Where  Expr
}

// Truncate is TRUNCATE TABLE table.
type Truncate struct {
	Head
	Table *QualifiedName
}

// Update is UPDATE table[@branch] SET column = value, … [WHERE condition].
type Update struct {
	Head
	Table  *QualifiedName
	Branch *Ident
	Set    []*Assignment
	Where  Expr
}

// Assignment is column = value.
type Assignment struct {
	Loc
	Column *Ident
	Value  Expr
}

// Merge is MERGE INTO table[@branch] [alias] USING source ON condition cases.
type Merge struct {
	Head
	Table  *QualifiedName
	Branch *Ident
	Alias  *Ident
	Source Relation
	On     Expr
	Cases  []*MergeCase
}

// MergeAction is what a case of a MERGE does.
type MergeAction uint8

const (
	MergeUpdate MergeAction = iota // WHEN MATCHED … THEN UPDATE SET …
	MergeDelete                    // WHEN MATCHED … THEN DELETE
	MergeInsert                    // WHEN NOT MATCHED … THEN INSERT …
)

// MergeCase is one case of a MERGE.
type MergeCase struct {
	Loc
	Action  MergeAction
	If      Expr          // AND condition; nil when absent
	Set     []*Assignment // of MergeUpdate
	Columns []*Ident      // of MergeInsert; empty when none are named
	Values  []Expr        // of MergeInsert
}
