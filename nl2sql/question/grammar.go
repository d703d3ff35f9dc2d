package question

import (
	"strings"

	"github.com/limn-data/limn/internal/words"
	"github.com/limn-data/limn/semantic"
	"github.com/limn-data/limn/semantic/timex"
)

// SignKind is what a word of the grammar asks for.
type SignKind uint8

const (
	noSign         SignKind = iota
	signBy                  // what follows groups
	signGrain               // groups by a unit of time
	signUnit                // a bare unit of time: "the best month"
	signTrend               // over time, the unit left open
	signCompare             // beside another period
	signVersus              // a period, value or target follows
	signGrowth              // the change is asked for
	signTarget              // beside the target
	signTop                 // a ranking
	signWhich               // a question for a dimension or entity
	signCount               // how many
	signList                // rows
	signShare               // part of the whole
	signAggregate           // average, highest, lowest of what follows
	signThreshold           // held against a number
	signNot                 // what follows is left out
	signAnd                 // joins two of a kind
	signWith                // a condition on what stands before
	signDefine              // what does it mean
	signOwner               // whose is it
	signOrigin              // where does it come from
	signFresh               // how fresh is it
	signAbout               // what is there about it
	signChart               // how it should be drawn
	signUnanswered          // a forecast, a cause, a judgement: asks for what no definition holds
	signDuration            // a condition on how long something took: not read yet
	signOther               // everything but what was named
	signHaving              // null tests
	signNewest              // rows by their date
)

// Sign is a word of the grammar with what it carries.
type Sign struct {
	Kind    SignKind
	Grain   timex.Grain
	Compare semantic.Comparison
	Op      semantic.Op
	Desc    bool
	N       int
	Word    string
}

// phrasing is one sign with the ways of saying it, divided by bars.
type phrasing struct {
	sign    Sign
	phrases string
}

// grammarTable lists the phrases of the grammar. One line is one sign with the ways of saying it; the
// longest phrase wins wherever two overlap.
var grammarTable = []phrasing{
	{Sign{Kind: signBy}, "by|per|for each|for every|each|every|split by|broken down by|breakdown by|break down by|grouped by|group by|by each|split out by|segmented by|across all|across|for all|in each|of each|of every|in every|sliced by|according to|for different|by different|across different"},
	{Sign{Kind: signGrain, Grain: timex.Day}, "daily|by day|per day|each day|every day|day by day|a day|by date|for each day|in each day|per date"},
	{Sign{Kind: signGrain, Grain: timex.Week}, "weekly|by week|per week|each week|every week|week by week|a week|for each week|in each week"},
	{Sign{Kind: signGrain, Grain: timex.Month}, "monthly|by month|per month|each month|every month|month by month|a month|for each month|in each month|by the month"},
	{Sign{Kind: signGrain, Grain: timex.Quarter}, "quarterly|by quarter|per quarter|each quarter|every quarter|quarter by quarter|a quarter|for each quarter|in each quarter"},
	{Sign{Kind: signGrain, Grain: timex.Half}, "half yearly|by half|per half year"},
	{Sign{Kind: signGrain, Grain: timex.Year}, "yearly|annually|annual|by year|per year|each year|every year|year by year|a year|for each year|in each year|per annum"},
	{Sign{Kind: signUnit, Grain: timex.Day}, "day|days|date"},
	{Sign{Kind: signUnit, Grain: timex.Week}, "week|weeks"},
	{Sign{Kind: signUnit, Grain: timex.Month}, "month|months"},
	{Sign{Kind: signUnit, Grain: timex.Quarter}, "quarter|quarters"},
	{Sign{Kind: signUnit, Grain: timex.Year}, "year|years"},
	{Sign{Kind: signTrend}, "over time|trend|develop|developing|developed|trend of|trend in|trended|trending|how has|how have|evolution of|evolution|development of|history of|move|moved|moving|timeline|time series|evolve|evolved|developed over time|change over time|changed over time"},
	{Sign{Kind: signCompare, Compare: semantic.PriorYear}, "year over year|year on year|yoy|y o y|y/y|versus last year|vs last year|vs the previous year|versus the previous year|vs previous year|versus previous year|vs prior year|versus prior year|vs the prior year|compared to last year|compared with last year|against last year|than last year|relative to last year|same period last year|same period a year ago|same time last year|the same period last year|versus a year ago|vs a year ago|compared to a year ago|compared with a year ago|compared to the same period last year|compared with the same period last year|vs the same period last year|versus the same period last year|compared to the previous year|compared with the previous year|compared to the prior year|compared with the prior year|beside last year|next to last year|against the same period last year|against the previous year|against the prior year|same quarter last year|same month last year|the same quarter last year|the same month last year|versus the same quarter last year|versus the same month last year|vs the same quarter last year|vs the same month last year|compared to the same quarter last year|compared to the same month last year|compared with the same quarter last year|compared with the same month last year|than a year ago|than a year earlier|than the same period last year|than the year before|than the same quarter last year|than the same month last year|against the year before|versus the year before|vs the year before|compared to the year before|compared with the year before"},
	{Sign{Kind: signCompare, Compare: semantic.PriorPeriod}, "versus the previous period|vs the previous period|vs previous period|versus previous period|vs prior period|versus prior period|compared to the previous period|compared with the previous period|compared to the prior period|compared with the prior period|period over period|than before|than the period before|the previous period|the prior period|against the previous period|the period before|vs the period before|compared to the period before|than the previous period"},
	{Sign{Kind: signCompare, Compare: semantic.PriorPeriod, Grain: timex.Month}, "month over month|month on month|mom|m/m|vs the previous month|versus the previous month|vs previous month|versus previous month|vs prior month|versus prior month|vs the prior month|compared to the previous month|compared with the previous month|compared to the prior month|compared with the prior month|than the previous month|than the month before|vs the month before|versus the month before|against the previous month|compared to the month before|compared with the month before|against the month before|than the prior month|the month before|over the previous month|over the prior month"},
	{Sign{Kind: signCompare, Compare: semantic.PriorPeriod, Grain: timex.Quarter}, "quarter over quarter|quarter on quarter|qoq|q/q|vs the previous quarter|versus the previous quarter|vs previous quarter|versus previous quarter|vs prior quarter|versus prior quarter|vs the prior quarter|compared to the previous quarter|compared with the previous quarter|compared to the prior quarter|compared with the prior quarter|than the previous quarter|than the quarter before|vs the quarter before|versus the quarter before|against the previous quarter|compared to the quarter before|compared with the quarter before|against the quarter before|than the prior quarter|the quarter before|over the previous quarter|over the prior quarter|the quarter before that"},
	{Sign{Kind: signCompare, Compare: semantic.PriorPeriod, Grain: timex.Week}, "week over week|week on week|wow|w/w|vs the previous week|versus the previous week|vs previous week|versus previous week|compared to the previous week|compared with the previous week|than the previous week|than the week before|vs the week before|versus the week before|against the previous week|compared to the week before|compared with the week before|against the week before|the week before|compared to the prior week"},
	{Sign{Kind: signCompare, Compare: semantic.PriorPeriod, Grain: timex.Day}, "day over day|dod|than the day before|vs the day before|compared to the day before|compared with the day before|the day before"},
	{Sign{Kind: signVersus}, "than|versus|vs|vs.|compared to|compared with|in comparison to|in comparison with|against|compare|relative to|as opposed to|comparing"},
	{Sign{Kind: signGrowth}, "growth|growth rate|growth in|growth of|grow|grown|grew|growing|change|change in|changes in|changed|delta|difference|difference in|increase|increased|increase in|decrease|decreased|decrease in|decline|declined|decline in|drop|dropped|fell|fallen|rise|rose|risen|percent change|percentage change|% change|gone up|gone down|go up|go down|went up|went down|up or down|movement|grow by|uplift|up|higher|lower"},
	{Sign{Kind: signTarget}, "against target|against the target|against plan|against budget|against goal|vs target|vs the target|versus target|versus the target|vs plan|versus plan|vs budget|versus budget|vs goal|versus goal|compared to target|compared with target|compared to the target|compared with the target|compared to plan|compared with plan|compared to budget|relative to target|relative to plan|to target|on target|versus our target|vs our target|against our target|compared to our target|compared with our target|target attainment|hit target|hit our target|hit the target|meet target|meet our target|meet the target|met the target|met our target|hit its target|beat target|beat the target|beat our target|above target|below target|attainment|reach target|reached target|reach our target|reach the target|missed the target|miss target|missed target|behind target|ahead of target|behind plan|ahead of plan|target achievement|hit plan|against its target|versus its target|on plan|tracking to target|tracking against target|measure up against target|stack up against target|compare to target|compare with target|compare to the target|compare with the target|compare to plan|compare to our target|compare with our target|stand against target|do against target|off target|hitting target|hitting our target|meeting target|meeting our target|from target|short of target"},
	{Sign{Kind: signTop, Desc: true}, "top|highest|largest|biggest|greatest|leading|most|maximum|max|heaviest|longest|highest ranked|most common|most frequent|commonest|most popular"},
	{Sign{Kind: signTop, Desc: true, Word: "growth"}, "fastest growing|fastest-growing|grew the most|grew most|grown the most|grown most|grew fastest|grew the fastest|increased the most|increased most|rose the most|gained the most|improved the most|improved most|the biggest increase in|biggest increase|largest increase|biggest growth|highest growth|most growth|strongest growth"},
	{Sign{Kind: signTop, Word: "growth"}, "fell the most|fell most|fallen the most|declined the most|declined most|dropped the most|dropped most|decreased the most|lost the most|shrank the most|shrank most|biggest decline|largest decline|biggest drop|largest drop|biggest decrease|slowest growing|grew the least|worst growth|lowest growth"},
	{Sign{Kind: signTop, Desc: true, Word: "good"}, "best|strongest|best performing"},
	{Sign{Kind: signTop, Word: "good"}, "worst|weakest|poorest|worst performing"},
	{Sign{Kind: signTop}, "bottom|lowest|smallest|fewest|least|minimum|min|shortest|slowest|least common|rarest|least frequent"},
	{Sign{Kind: signWhich}, "which|who are|who were|who is|who was|who had|who has|which of"},
	{Sign{Kind: signCount}, "how many|number of|count of|the count of|total number of|how many different|how many distinct|number of distinct|number of different|# of|no. of|count|how many unique|number of unique"},
	{Sign{Kind: signList}, "list|list all|list the|list of|show all|show me all|show me the list of|give me a list of|display|enumerate|names of|name of all|show me a list of|give me the list of|which are the|what are the|details of|pull up|let me see"},
	{Sign{Kind: signShare}, "share of|share|share of total|percent of|percentage of|percentage|% of|percent of total|percentage of total|% of total|proportion of|proportion|contribution|contribution of|contribution to|as a share of total|as share of total|as a percentage of total|as a percent of total|of total|of the total|share of the total|percent share|percentage share|mix|mix of|as a percentage of the total|as a share of the total|contribute to|contributes to|contributed to|contributed|portion of|what fraction of|fraction of|distribution|distribution of|accounts for|account for|makes up|make up|of overall|of our total|percent of the total|split of|as % of total|percentage of our|come from|comes from|came from|coming from|represent|represents"},
	{Sign{Kind: signAggregate, Word: "avg"}, "average|avg|mean|on average|the average"},
	{Sign{Kind: signAggregate, Word: "sum"}, "total|sum of|sum|overall|combined|in total|altogether|aggregate|all up"},
	{Sign{Kind: signAggregate, Word: "median"}, "median"},
	{Sign{Kind: signThreshold, Op: semantic.Gt}, "more than|greater than|over|above|exceeding|exceeds|exceed|exceeded|higher than|larger than|bigger than|in excess of|upwards of|>|longer than|better than|older than|beyond|topping"},
	{Sign{Kind: signThreshold, Op: semantic.Ge}, "at least|no less than|not less than|minimum of|a minimum of|no fewer than|>=|≥|or more|from at least"},
	{Sign{Kind: signThreshold, Op: semantic.Lt}, "less than|fewer than|under|below|lower than|smaller than|<|shorter than|worse than|younger than"},
	{Sign{Kind: signThreshold, Op: semantic.Le}, "at most|no more than|not more than|maximum of|a maximum of|up to|<=|≤|or less|or fewer"},
	{Sign{Kind: signThreshold, Op: semantic.Eq}, "exactly|equal to|equals|equal|=|precisely"},
	{Sign{Kind: signThreshold, Op: semantic.Between}, "between"},
	{Sign{Kind: signNot}, "excluding|exclude|except|except for|without|other than|not in|not from|not|apart from|but not|aside from|outside|outside of|leaving out|minus|ignoring|ex|non|not including|that are not|that is not|which are not|isn't|aren't|besides|not counting|omitting|leave out|with the exception of|everywhere but|everything but|all but|but without|disregarding|who are not|no"},
	{Sign{Kind: signAnd}, "and|or|as well as|plus|along with|together with|and also|&|and the|and by"},
	{Sign{Kind: signWith}, "with|having|that have|that had|who have|who had|which have|which had|that has|where|whose|when|that made|that sent|that placed|that got|that opened|that filed|that generated|that did|that spent|that raised|that logged"},
	{Sign{Kind: signDefine}, "what do we mean by|what is meant by|meaning of|what's the meaning of|definition of|define|how do we define|how do you define|what's the definition of|what do you mean by|explain|means|meant|mean by|defined|calculated|computed|measured|how do we calculate|how do you calculate|how do we compute|how do we measure|exactly mean|stand for|stands for|how we define|how we calculate"},
	{Sign{Kind: signDefine, Word: "weak"}, "what does|how is|how are|how does|mean"}, // ask for a definition only together with one of the above, or both
	{Sign{Kind: signOwner}, "who owns|owner of|who is the owner of|who's the owner of|owned by|who is responsible for|who's responsible for|responsible for|who maintains|who is in charge of|accountable for|who is accountable for|whose is|who looks after|who do i ask about|who do i talk to about|who should i ask about|who can i ask about|who should i talk to about|who signs off on|who signed off on|who certified|who approved|who approves|owner|owners of|who do i contact about|who should i contact about"},
	{Sign{Kind: signOrigin, Word: "weak"}, "where does|where do|where is|where are"},
	{Sign{Kind: signOrigin}, "source of|sources of|origin of|lineage of|lineage|derived from|what feeds|sourced from|data source for|data source of|data behind|the data behind|upstream of|what is behind|trace|which tables feed|which tables are behind|what tables feed|what tables are behind|where do we get|where are we getting|get its data from|which table is|what table is|based on"},
	{Sign{Kind: signFresh}, "how fresh is|how fresh are|how fresh|fresh|freshness of|how current is|how current are|how up to date is|how up to date are|up to date|last updated|last refreshed|last loaded|last updated on|how recent is|how recent are|how stale is|latest update of|last load of|when was the last update of|last landed|stale|current as of|how stale"},
	{Sign{Kind: signFresh, Word: "weak"}, "when was|when were|when did|updated|refreshed|loaded|late|last change"},
	{Sign{Kind: signAbout}, "what data is there about|what data is there on|what data do we have about|what data do we have on|what do we have on|what do we have about|what data exists about|what data exists on|what do we know about|what do you know about|what tables do we have about|what tables do we have on|what tables are there about|what tables are there on|which tables are about|which tables have|what is there on|what is there about|any data about|any data on|do we have data about|do we have data on|do we have any data on|do we have any data about|what information do we have about|what information do we have on|data about|data on|what can i ask about|what can you tell me about|what metrics do we have about|what metrics do we have on|what metrics are there about|what metrics do we have for|which metrics cover|what can we ask about|information about|information on|which data do we have on|which data do we have about|is there data about|is there data on|is there any data about|is there any data on|which datasets cover|what datasets do we have on|what data do you have on|what data do you have about"},
	{Sign{Kind: signChart, Word: "line"}, "as a line|as a line chart|line chart|line graph|as a graph|as a chart|chart|graph|plot|visualize|draw|as a line graph|chart of|plot of|graph of"},
	{Sign{Kind: signChart, Word: "bar"}, "as a bar chart|as bars|bar chart|bar graph|as a bar"},
	{Sign{Kind: signChart, Word: "table"}, "as a table|in a table|as table|table of"},
	{Sign{Kind: signUnanswered, Word: "forecast"}, "forecast|predict|prediction|predicted|projection|project|projected|will be|will we|expect|expected|going to be|estimate for next|will our|will it|will|estimate"},
	{Sign{Kind: signUnanswered, Word: "cause"}, "why|why did|why is|why was|why are|why were|what caused|reason for|because|cause of|what drove|driver of|drivers of|what explains|what is driving|what's driving|root cause|behind the drop|due to|reason"},
	{Sign{Kind: signUnanswered, Word: "judgement"}, "should we|should i|is it good|is it bad|how are we doing|are we doing well|is it ok|recommend|what do you think|good or bad|is it fixed|how is business|how's business|doing well|any good|healthy|worry|worried|should|advise|opinion|suggest"},
	{Sign{Kind: signDuration}, "within a|within an|within one|in under|in less than|in more than|took longer than|within 24 hours|within 48 hours"},
	{Sign{Kind: signNewest, Desc: true}, "latest|most recent|newest"},
	{Sign{Kind: signNewest, Desc: true, Word: "numbered"}, "last"}, // only before a number: "how long did calls last"
	{Sign{Kind: signNewest}, "oldest|earliest"},
	{Sign{Kind: signOther}, "other"},
	{Sign{Kind: signHaving, Op: semantic.IsNull}, "no known|unknown|missing"},
}

// fillers carry no meaning by themselves in a question to data.
const fillers = `a an the of in on at for to from and is are was were be been being am do does did done has have had having
i me my we our ours us you your they their it its this that these those there here please show give tell get got find see look let
want need know can could would may might like what what's whats how much so then now currently right just also only really actually
me us some any all kind sort which who whom whose hi hello hey thanks thank ok okay well could would like i'd we'd i'm we're let's
during within into as with value values figure figures number numbers amount amounts data result results information info stats statistics
quick quickly pull up check make made run report reporting breakdown overview summary summarise summarize view company business firm across
ever still yet already both either if about around approximately roughly exactly one ones ended ending looking looks level levels period
between compared compare respectively each every overall they're there's who's how's come came go going went stand standing happen happened
the's over per generated generate earned earn made make recorded reported total did didn't don't hit bring brought brings
behind break broken down issue issued raise raised create created receive received file filed log logged handle handled serve start started launch launched join joined place placed take took sign signed volume volumes table tables dataset datasets sir team guys folks question answer wonder wondering curious interested tell display provide return fetch calculate compute determine what're`

// softFillers are fillers that are also good names: where the workspace defines one, the name wins.
const softFillers = `value values figure figures number numbers amount amounts data result results information stats level levels period
company business firm volume volumes table tables question answer report overview summary run issue team check`

// vocabulary is what one grammar knows: its phrases by their words as written, and the words that carry
// no meaning in it. It is built once from the tables above and never written again.
type vocabulary struct {
	signs   map[string][]Sign
	longest int // words of the longest phrase
	fillers map[string]bool
	soft    map[string]bool
}

var (
	business  = newVocabulary(grammarTable, fillers, softFillers)
	fillerSet = business.fillers
)

func wordSet(text string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		out[w] = true
	}
	return out
}

func newVocabulary(table []phrasing, fillers, soft string) *vocabulary {
	v := &vocabulary{signs: map[string][]Sign{}, fillers: wordSet(fillers), soft: wordSet(soft)}
	for _, g := range table {
		for p := range strings.SplitSeq(g.phrases, "|") {
			var ws []string
			for _, t := range words.Split(p) {
				ws = append(ws, t.Norm)
			}
			k := strings.Join(ws, " ")
			v.signs[k] = append(v.signs[k], g.sign)
			v.longest = max(v.longest, len(ws))
		}
	}
	return v
}
