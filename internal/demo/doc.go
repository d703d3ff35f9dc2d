// Package demo makes the demo workspace: the lake of Nimbus Communications (messaging, voice, email, verification) as
// Parquet files, its semantic model, glossary, governance facts and eval cases.
//
// Everything it writes is a pure function of Options.Today, Options.Seed and Options.Rows: no wall clock, no order of
// a map, and integers in place of floats, so that every machine writes the same bytes. The rows of one day depend on
// the day, the seed and the number of rows alone, so a workspace made last week is brought up to date by writing only
// the months that changed, and ends byte for byte where a fresh run would.
//
// It never reads data, never asks the network, and never writes outside Options.Dir. Start at Make.
package demo
