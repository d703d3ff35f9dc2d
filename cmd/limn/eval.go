package main

import "context"

func runEval(ctx context.Context, s streams, args []string) (int, error) { return 0, usage("not yet") }
