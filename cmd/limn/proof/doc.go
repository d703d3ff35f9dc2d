// Package proof has nothing but tests: it runs what semantic/plan and semantic/compile make of random
// queries over random models and data on the embedded engine, and compares every cell with a second
// evaluation that loops over the rows and shares no code with them. It stands under cmd because it joins
// rooms that may not know each other. Start at TestEveryNumberTwice.
package proof
