package question_test

import (
	"strings"
	"testing"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/nl2sql/question"
	"github.com/limn-data/limn/nl2sql/values"
	"github.com/limn-data/limn/semantic/model"
	"github.com/limn-data/limn/semantic/timex"
)

// libraryTables is a workspace that nobody has modelled, a dataset a line: its name, the thing that a row
// is, then its columns with type and role. The first column named "key" is the primary key.
const libraryTables = `
books/book/books: book_id bigint key, title varchar label, genre varchar dimension, pages bigint measure, release_year bigint dimension, author_id bigint ref, price varchar dimension
authors/author/authors: author_id bigint key, name varchar label, home_town varchar dimension, age bigint measure
members/member/members: member_id bigint key, name varchar label, city varchar dimension, age bigint measure, joined date time
loans/loan/loans: loan_id bigint key, book_id bigint ref, member_id bigint ref, days bigint measure
book_prizes/book prize/book prizes: book_id bigint ref, prize_id bigint ref
prizes/prize/prizes: prize_id bigint key, prize_name varchar label, funded_by varchar dimension`

var libraryJoins = [][3]string{{"books", "authors", "author_id"}, {"loans", "books", "book_id"}, {"loans", "members", "member_id"}, {"book_prizes", "books", "book_id"}, {"book_prizes", "prizes", "prize_id"}}

func library(t testing.TB) *question.Reader {
	t.Helper()
	m := &model.Model{}
	var assets []*catalog.Asset
	for line := range strings.SplitSeq(strings.TrimSpace(libraryTables), "\n") {
		head, columns, _ := strings.Cut(line, ": ")
		names := strings.Split(head, "/")
		a := &catalog.Asset{Name: catalog.Name{Catalog: "lake", Schema: "main", Table: names[0]}}
		d := &model.Dataset{Name: names[0], Table: a.Name, Asset: a, Inferred: true, Entity: &model.Entity{Name: names[1], Plural: names[2]}}
		for c := range strings.SplitSeq(columns, ", ") {
			w := strings.Fields(c)
			f := &model.Field{Dataset: d, Name: w[0], Type: w[1], Role: model.Role(w[2]), Inferred: true}
			switch w[2] {
			case "key":
				d.PrimaryKey, d.Entity.Key = []string{w[0]}, w[0]
			case "ref":
				f.Role = model.RoleKey
			case "label":
				f.Role, d.Entity.Label = model.RoleDimension, f
			}
			d.Fields = append(d.Fields, f)
			a.Columns = append(a.Columns, catalog.Column{Name: w[0], Type: w[1]})
		}
		m.Datasets, assets = append(m.Datasets, d), append(assets, a)
	}
	dataset := func(name string) *model.Dataset {
		for _, d := range m.Datasets {
			if d.Name == name {
				return d
			}
		}
		t.Fatalf("no dataset %s", name)
		return nil
	}
	for _, j := range libraryJoins {
		m.Relationships = append(m.Relationships, &model.Relationship{Name: j[0] + "_" + j[1], From: dataset(j[0]), To: dataset(j[1]), FromColumns: []string{j[2]}, ToColumns: []string{j[2]}})
	}
	view := access.Policy{}.View(catalog.New(assets, nil, nil), access.Principal{Name: "reader"})
	index := values.New([]values.Column{
		{Field: "books.genre", Values: []string{"Crime", "Poetry"}},
		{Field: "books.title", Values: []string{"North Wind", "The Mill"}},
		{Field: "authors.home_town", Values: []string{"Leeds", "Cork"}},
		{Field: "authors.name", Values: []string{"Mary Quill"}},
		{Field: "members.city", Values: []string{"Cork", "Galway"}},
		{Field: "prizes.funded_by", Values: []string{"Arts Council"}},
		{Field: "prizes.prize_name", Values: []string{"Golden Pen"}},
	})
	return question.NewReader(m, view, index, timex.Calendar{}, time.UTC)
}

// TestPlain: questions of things and fields, each with how it must be read. An empty reading must be
// declined or asked back: the question holds a word that no part of the answer would account for, or asks
// for what the plain grammar does not compute.
func TestPlain(t *testing.T) {
	r := library(t)
	for _, c := range []struct{ question, reading string }{
		{"How many books are there?", "Number of books, over all data"},
		{"How many different genres are there?", "Number of different Genre, over all data"},
		{"What is the average, minimum and maximum age of all authors?", "Average age and Lowest age and Highest age, over all data"},
		{"What are the titles and genres of all books?", "Title, genre of books, over all data"},
		{"Show the title and pages of each book sorted by pages in descending order.", "Title, pages of books, over all data, highest pages first"},
		{"List the titles of books in alphabetical order", "Title of books, over all data, lowest title first"},
		{"What is the name of the oldest author?", "Name of authors, over all data, the highest age"},
		{"What are the titles of the 3 books with the most pages?", "Title of books, over all data, the 3 highest pages"},
		{"What are the distinct genres of books with more than 300 pages?", "Different genre of books, Pages more than 300, over all data"},
		{"List the titles of books whose genre is Crime", "Title of books, Genre Crime, over all data"},
		{"Titles of books whose genre is not Crime", "Title of books, without Genre Crime, over all data"},
		{"How many books were released in 2014 or 2015?", "Number of books, Release year 2014 or 2015, over all data"},
		{"How many books have release year 2014 or 2015?", "Number of books, Release year 2014 or 2015, over all data"},
		{"How many books have between 100 and 200 pages?", "Number of books, Pages between 100 and 200, over all data"},
		{"What is the average pages of books for each genre?", "Average pages by genre, over all data"},
		{"How many books does each author have?", "Number of books by author, over all data"},
		{"Show the name and home town of each author and the number of books.", "Number of books by author and home town, over all data"},
		{"Which author has the most books?", "Number of books by author, over all data, the highest"},
		{"What are the names of authors with more than 3 books?", "Number of books by author, where Number of books is more than 3, over all data"},
		{"How many prizes does each book have?", "Number of book prizes by book, over all data"},
		{"What is the most common genre of books?", "Number of books by genre, over all data, the highest"},
		{"How many loans are there for the book named 'North Wind'?", "Number of loans, Title North Wind, over all data"},
		{"What are the names of members from Cork?", "Name of members, City Cork, over all data"},
		{"Which books have the prize funded by Arts Council?", "Number of book prizes by book, Funded by Arts Council, over all data"},
		{"Find the average number of pages of books by genre.", "Average pages by genre, over all data"}, // not the number of books too
		{"For each genre, what is the average number of pages?", "Average pages by genre, over all data"},
		{"How many books are written by authors from Leeds?", "Number of books, Home town Leeds, over all data"}, // "by" splits nothing
		{"List the names and ages of members from youngest to oldest.", "Name, age of members, over all data, lowest age first"},
		{"List the names and ages of members in ascending order.", ""}, // of which?
		{"What is the age of the author of North Wind?", "Number of books by age and author, Title North Wind, over all data"},
		{"Show the name of members and the number of loans.", "Number of loans by member, over all data"},
		{"How many different genres and titles are there?", ""},
		{"Show the minimum, maximum, and average age across all authors.", "Lowest age and Highest age and Average age, over all data"},
		{"What is the average age of authors from Leeds and Cork?", ""}, // nobody is from both
		{"What is the total number of pages of all books?", "Total pages, over all data"},
		{"How many pages does North Wind have?", "Pages of books, Title North Wind, over all data"}, // a stored number is shown, not counted
		{"Show the genres and the number of books of each genre in descending order of the number.", "Number of books by genre, over all data, highest first"},
		{"Who wrote North Wind?", ""}, // asks for somebody, and names none
		{"Where do the members live?", ""},
		{"What is the average number of days per loan?", ""}, // one number for each loan is not what is meant
		{"Which genre has the highest average pages?", "Average pages by genre, over all data, the highest"},
		{"Titles of books pages more than 100", "Title of books, Pages more than 100, over all data"},
		{"Show the titles and release year of books, newest first", "Title, release year of books, over all data, highest release year first"},
		{"What is the highest number of pages?", "Highest pages, over all data"},
		{"What are the titles of books that contain 'wind'?", ""},
		{"What are the titles of books without a loan?", "Title of books, without any loans, over all data"},
		{"How many members have no loans?", "Number of members, without any loans, over all data"},
		{"Which books have no prizes?", "Books, without any book prizes, over all data"},
		{"How many books do not have any loans with more than 10 days?", "Number of books, without any loans of Days more than 10, over all data"},
		{"Which genres have no loans?", ""}, // of a genre's books some are lent and some are not
		{"How many members joined in March 2024?", "Number of members, joined Mar 2024 (1 Mar to 31 Mar 2024)"},
		{"How many members joined after 2023?", "Number of members, Joined at least 2024-01-01, over all data"},
		{"For each author, list the id, name and how many books there are.", "Number of books by author, over all data"},
		{"Which members borrowed both North Wind and The Mill?", ""},
		{"What is the title of the last book?", "Title of books, over all data, the highest release year"},
		{"What is the last release year of books?", "Highest release year, over all data"},
		{"Who is the first member?", "Members, over all data, the lowest joined"},
		{"What was the last loan?", ""}, // a loan has no date
		{"How many stolen books are there?", ""},
		{"How many available books are there?", ""},
		{"How many books are currently registered?", ""},
		{"What are the names of authors above the average age?", ""},
		{"How many books have more than 300 pages or genre Crime?", ""},
		{"What is the average price of books?", ""}, // numbers that are stored as text
		{"What is the age?", ""},                    // of whom?
		{"List the largest book", ""},
		{"How many books were destroyed in 2014?", ""},
	} {
		got := r.Read(c.question, clock)
		switch {
		case got.Query == nil && c.reading == "":
		case got.Query == nil && got.Decline != nil:
			t.Errorf("%q: declined (%s), want %q", c.question, got.Decline.Reason, c.reading)
		case got.Query == nil:
			t.Errorf("%q: asked back or about the data (%+v %+v), want %q", c.question, got.Clarify, got.Meta, c.reading)
		case got.Sentence != c.reading:
			t.Errorf("%q: read as %q, want %q", c.question, got.Sentence, c.reading)
		}
	}
}

// TestPlainWords: every word of a plain question that is no filler must matter. A word that nobody knows,
// put anywhere into a question that is read, must take the answer away.
func TestPlainWords(t *testing.T) {
	r := library(t)
	for _, q := range []string{"how many books are there", "what is the average age of authors", "which author has the most books", "list the titles of books with more than 300 pages"} {
		if r.Read(q, clock).Query == nil {
			t.Errorf("%q is not read", q)
		}
		ws := strings.Fields(q)
		for i := range len(ws) + 1 {
			odd := strings.Join(ws[:i], " ") + " zorgled " + strings.Join(ws[i:], " ")
			if got := r.Read(odd, clock); got.Query != nil {
				t.Errorf("%q is answered (%s), though nothing accounts for “zorgled”", odd, got.Sentence)
			}
		}
	}
}

// TestPlainConfidence: a reading that rests on part of a name, or on a verb that was only taken to link,
// must not look as sure as one of whole names.
func TestPlainConfidence(t *testing.T) {
	r := library(t)
	sure := r.Read("what is the release year of each book", clock)
	part := r.Read("what is the year of each book", clock)
	if sure.Query == nil || part.Query == nil {
		t.Fatalf("not read: %+v, %+v", sure.Decline, part.Decline)
	}
	if sure.Confidence < 0.9 || part.Confidence > 0.8 {
		t.Errorf("confidence %.2f of the whole name and %.2f of a part of it", sure.Confidence, part.Confidence)
	}
}
