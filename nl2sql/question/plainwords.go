package question

import "github.com/limn-data/limn/semantic"

// The signs of the plain grammar: what people say of things and their fields where no number is defined.
const (
	plainCount    SignKind = iota + 100 // how many of what follows
	plainDistinct                       // each only once
	plainAgg                            // Word: avg or sum of what follows
	plainSup                            // a superlative; Word names the fields that it is about, or how it ranks
	plainSort                           // an order follows
	plainWay                            // ascending or descending
	plainOp                             // held against a number; Word names the fields that it is about
	plainSuffix                         // the same, behind the number: "10 or more"
	plainNot                            // what follows is left out
	plainOr                             // joins alternatives
	plainEach                           // what follows groups
	plainClause                         // what follows narrows what stands before
	plainLike                           // a part of a text follows
	plainAlso                           // more of what is asked for follows
	plainDeep                           // nests or pairs conditions in ways that are not read here
)

// The ways in which a superlative ranks when it names no field.
const (
	supMost   = "most"   // by the number of what follows
	supTop    = "top"    // by what is said further on
	supCommon = "common" // by how often it occurs
)

// plainTable is the plain grammar. Words of a superlative or comparison that begin with "=" are the names
// of fields that an adjective speaks of, in the order of likelihood.
var plainTable = []phrasing{
	// "The" stays outside of the phrases, so that a field that is called "number of rooms" is as long as they are.
	{Sign{Kind: plainCount}, "how many|number of|count of|count the number of|count|amount of|numbers of"},
	{Sign{Kind: plainCount, Word: "total"}, "total number of|total count of|how many total|total amount of"},
	{Sign{Kind: plainCount, Word: "distinct"}, "how many different|how many distinct|how many unique|number of different|number of distinct|number of unique|count the number of different|count the number of distinct|total number of different|total number of distinct"},
	{Sign{Kind: plainCount, Word: "bare"}, "number|numbers"}, // "list the name and the number"
	{Sign{Kind: plainAlso}, "along with|together with|as well as|in addition to|and also"},
	{Sign{Kind: plainDistinct}, "different|distinct|unique|distinctive"},
	{Sign{Kind: plainAgg, Word: "avg"}, "average|avg|mean|average of|mean of"},
	{Sign{Kind: plainAgg, Word: "sum"}, "total|sum|sum of|total of|combined|overall"},
	{Sign{Kind: plainSup, Desc: true}, "highest|largest|biggest|greatest|maximum|max|maximal|maximum of"},
	{Sign{Kind: plainSup}, "lowest|smallest|minimum|min|minimal|minimum of"},
	{Sign{Kind: plainSup, Desc: true, Word: supMost}, "most|most number of|largest number of|highest number of|greatest number of|maximum number of|most of"},
	{Sign{Kind: plainSup, Word: supMost}, "least|fewest|smallest number of|lowest number of|least number of|fewest number of|minimum number of"},
	{Sign{Kind: plainSup, Desc: true, Word: supTop}, "top"},
	{Sign{Kind: plainSup, Word: supTop}, "bottom"},
	{Sign{Kind: plainSup, Desc: true, Word: supCommon}, "most common|most frequent|most popular|commonest|most frequently|most commonly"},
	{Sign{Kind: plainSup, Word: supCommon}, "least common|least popular|rarest|least frequent"},
	{Sign{Kind: plainSup, Desc: true, Word: "=age"}, "oldest|eldest"},
	{Sign{Kind: plainSup, Word: "=age"}, "youngest"},
	{Sign{Kind: plainSup, Desc: true, Word: "=length|duration|minutes|time"}, "longest"},
	{Sign{Kind: plainSup, Word: "=length|duration|minutes|time"}, "shortest"},
	{Sign{Kind: plainSup, Desc: true, Word: "=height"}, "tallest"},
	{Sign{Kind: plainSup, Desc: true, Word: "=weight"}, "heaviest"},
	{Sign{Kind: plainSup, Word: "=weight"}, "lightest"},
	{Sign{Kind: plainSup, Desc: true, Word: "=price|cost"}, "most expensive|priciest"},
	{Sign{Kind: plainSup, Word: "=price|cost"}, "least expensive|cheapest"},
	{Sign{Kind: plainSup, Desc: true, Word: "=date|year"}, "latest|most recent|newest|last|most recently"},
	{Sign{Kind: plainSup, Word: "=date|year"}, "earliest|first"},
	{Sign{Kind: plainSort}, "sorted by|ordered by|order by|sort by|ordered|sorted|in order of|in the order of|ranked by|arranged by|listed by|order them by|sort them by|order the results by|sort the results by|order of|sorted in order of"},
	{Sign{Kind: plainWay}, "ascending|ascending order|in ascending order|in an ascending order|increasing order|in increasing order|from lowest to highest|from low to high|from smallest to largest|from least to most|in the ascending order"},
	{Sign{Kind: plainWay, Word: "text"}, "alphabetical order|alphabetically|in alphabetical order|alphabetic order|in alphabetic order|lexicographical order|in lexicographical order|alphabetical|in ascending alphabetical order|in lexicographic order|ascending alphabetical order"},
	{Sign{Kind: plainWay, Word: "=age"}, "from the youngest to the oldest|from youngest to oldest"},
	{Sign{Kind: plainWay, Word: "=date|year"}, "from earliest to latest|from oldest to newest|oldest first|earliest first|in chronological order|chronologically"},
	{Sign{Kind: plainWay, Desc: true, Word: "=date|year"}, "from latest to earliest|from newest to oldest|newest first|latest first|most recent first|in reverse chronological order"},
	{Sign{Kind: plainWay, Desc: true}, "descending|descending order|in descending order|in a descending order|decreasing order|in decreasing order|from highest to lowest|from high to low|from largest to smallest|from most to least|in the descending order"},
	{Sign{Kind: plainWay, Desc: true, Word: "text"}, "in reverse alphabetical order|reverse alphabetical order|in descending alphabetical order|descending alphabetical order"},
	{Sign{Kind: plainWay, Desc: true, Word: "=age"}, "from the oldest to the youngest|from oldest to youngest"},
	{Sign{Kind: plainOp, Op: semantic.Gt}, "more than|greater than|over|above|higher than|larger than|bigger than|exceeding|exceeds|exceed|longer than|>|is greater than|beyond"},
	{Sign{Kind: plainOp, Op: semantic.Ge}, "at least|no less than|not less than|no fewer than|>=|≥|greater than or equal to|more than or equal to|a minimum of"},
	{Sign{Kind: plainOp, Op: semantic.Lt}, "less than|fewer than|under|below|lower than|smaller than|shorter than|<"},
	{Sign{Kind: plainOp, Op: semantic.Le}, "at most|no more than|not more than|up to|<=|≤|less than or equal to|not exceeding|fewer than or equal to"},
	{Sign{Kind: plainOp, Op: semantic.Eq}, "equal to|equals|equal|exactly|="},
	{Sign{Kind: plainOp, Op: semantic.Between}, "between|ranging from|in the range of|in between"},
	{Sign{Kind: plainOp, Op: semantic.Gt, Word: "=age"}, "older than"},
	{Sign{Kind: plainOp, Op: semantic.Lt, Word: "=age"}, "younger than"},
	{Sign{Kind: plainOp, Op: semantic.Gt, Word: "=weight"}, "heavier than"},
	{Sign{Kind: plainOp, Op: semantic.Lt, Word: "=weight"}, "lighter than"},
	{Sign{Kind: plainOp, Op: semantic.Gt, Word: "=height"}, "taller than"},
	{Sign{Kind: plainOp, Op: semantic.Gt, Word: "=year|date"}, "after|later than"},
	{Sign{Kind: plainOp, Op: semantic.Ge, Word: "=year|date"}, "since|on or after"},
	{Sign{Kind: plainOp, Op: semantic.Lt, Word: "=year|date"}, "before|prior to|earlier than"},
	{Sign{Kind: plainSuffix, Op: semantic.Ge}, "or more|or after|or above|or after|or later|or higher|or older|or greater|and above"},
	{Sign{Kind: plainSuffix, Op: semantic.Le}, "or less|or fewer|or below|or lower|or before|or earlier|or younger|or under"},
	{Sign{Kind: plainNot}, "not|except|excluding|except for|other than|isn't|aren't|doesn't|don't|didn't|wasn't|never|is not|are not|was not|were not|does not|do not|did not"},
	{Sign{Kind: plainNot, Word: "lack"}, "without|no|without any|with no|have no|has no|had no|lack|lacking|do not have any|does not have any|did not have any"},
	{Sign{Kind: plainOr}, "or"},
	{Sign{Kind: plainEach}, "each|every|per|by|for each|for every|in each|of each|by each|from each|at each|on each|within each|grouped by|group by|for each of|each of|according to|across each|every single|for each different|of every"},
	{Sign{Kind: plainClause}, "with|whose|who|that|which|where|having|have|has|had|when|in which|in whom|on which|while"},
	{Sign{Kind: plainLike, Op: semantic.Contains}, "contain|contains|containing|contain the word|contains the word|containing the word|with the word|contain the substring|has the substring|has substring|include the word|includes the word|that include|including the word|contain the letter|contains the letter|the substring|the word"},
	{Sign{Kind: plainDeep}, "both|either|neither|nor|but|instead|same|than|only|all but|begin|begins|start with|starts with|starting with|end with|ends with|ending with|combination|combinations|difference|ratio|percentage|percent|proportion|average of each|per capita|consecutive|twice|once|other|another|also|any other|at the same time|respectively different|rank|second|third|if|whether|how much more|compared|versus|vs|change|growth|trend|forecast|predict|why|should|likely|best|worst|closest|nearest|similar|never been"},
}

// plainFillers carry no meaning in a plain question. Verbs are here only if they say no more than that a
// thing is there; every other verb is a condition.
const plainFillers = `a an the of in on at for to from and is are was were be been being do does did there here please show give me find get return
tell us what what's we our i you can could would like want see their its his her it them these those this list all any some
respectively display report retrieve along together as corresponding associated ones exist exists existing occur occurs occurred happen
happened happens listed stored recorded value values amount they database located named called
titled out got table across belong belongs information results following select identify enumerate record records`

// plainLinks are verbs that only say that one thing belongs to another, in all their forms. Which way they
// belong is what the join says; a verb that says more than that ("cancelled", "won") is a condition.
const plainLinks = `use uses used using make makes made making produce produces produced producing create creates created creating
write writes wrote written writing publish publishes published play plays played playing show shows showed shown showing perform performs
performed performing own owns owned owning offer offers offered offering present presented presents design designs designed hold holds held
holding host hosts hosted teach teaches taught teaching work works worked working live lives lived living attend attends attended attending
participate participates participated take takes took taken contain include includes included including come comes came coming
originate originates provide provides provided associate belongs direct directs directed receive received receives cited`

var links = wordSet(plainLinks)

// plainSoft are fillers that are also good names of fields.
const plainSoft = `table value values amount list names results report record records`

var plain = newVocabulary(plainTable, plainFillers, plainSoft)
