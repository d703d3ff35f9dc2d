.PHONY: help test lint fuzz bench eval proof

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

test: ## what a developer runs
	go test ./...

lint: ## gofmt, vet, staticcheck, import policy
	@test -z "$$(gofmt -l .)" || { echo "run gofmt on:"; gofmt -l .; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	go test ./internal/arch

fuzz: ## every fuzzer over fifty thousand inputs
	@for t in $$(grep -rl '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -ho '^func Fuzz[A-Za-z]*' $$t/*_test.go | sed 's/func //'); do \
	    echo "$$t $$f"; go test $$t -run '^$$' -fuzz "^$$f$$" -fuzztime 50000x -fuzzminimizetime 1x || exit 1; done; done

bench: ## the benchmarks whose figures are in docs/benchmarks.md
	go test -run '^$$' -bench . -benchtime 1s ./trino/... ./semantic/... ./nl2sql/... ./answer/... ./cmd/...

eval: ## the demo's cases, tuned and held
	go run ./cmd/limn demo --dir dist/eval-demo --today 2026-11-22 --rows 300000 --question "revenue" > /dev/null
	go run ./cmd/limn eval run --workspace dist/eval-demo --min 90

proof: ## the long proofs, resumable, with a dated report
	scripts/proof.sh
