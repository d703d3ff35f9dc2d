// Package lookml reads LookML, the modelling language of Looker, from a folder of its files: views, explores,
// joins, dimensions, measures. What it reads is a tree of nodes with their places, as they are written; what
// a name means, which view extends which, is worked out from the tree afterwards. It runs no SQL and asks no
// Looker. Start at Parse.
//
// There is no published grammar. What is read here follows Looker's reference (docs.cloud.google.com/looker,
// "LookML terms and concepts") and the project files of others.
package lookml

import "fmt"

// Node is one "key: value" of a file: a block with children, a list with items, or a text.
type Node struct {
	Key  string
	Kind Kind
	// Name is a block's, empty where it has none ("always_filter: { … }"). Refines says that a plus stood
	// before it: the block adds to one of the same name that stands elsewhere.
	Name    string
	Refines bool
	Text    string  // of a Text or Code node, without quotes and without ";;"
	Quoted  bool    // of a Text: it stood in quotes
	Nodes   []*Node // of a Block: its parameters in order; of a List: its items, whose Key is empty or the word before the colon
	Line    int     // of the key, from 1
}

// Kind says what stands after the colon.
type Kind uint8

// The kinds of nodes.
const (
	Text  Kind = iota // a word or a quoted string
	Code              // text that ends at ";;": SQL, HTML, an expression
	List              // [a, b]
	Block             // { … }
)

// All are the children of that key, in order.
func (n *Node) All(key string) []*Node {
	var out []*Node
	for _, c := range n.Nodes {
		if c.Key == key {
			out = append(out, c)
		}
	}
	return out
}

// Last is the child of that key that counts where it stands more than once, nil where there is none.
func (n *Node) Last(key string) *Node {
	for i := len(n.Nodes) - 1; i >= 0; i-- {
		if n.Nodes[i].Key == key {
			return n.Nodes[i]
		}
	}
	return nil
}

// Value is the text of the child that counts, empty where there is none.
func (n *Node) Value(key string) string {
	if c := n.Last(key); c != nil {
		return c.Text
	}
	return ""
}

// Error is a file that is no LookML: where, what, and what to do.
type Error struct {
	File    string
	Line    int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }
