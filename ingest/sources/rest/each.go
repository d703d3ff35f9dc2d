package rest

import (
	"context"
	"sync"
)

// Each runs f over all of list, several at a time, and stops at the first error, which it gives.
func Each[T any](ctx context.Context, workers int, list []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var wg sync.WaitGroup
	for range min(workers, len(list)) {
		wg.Go(func() {
			for one := range next {
				if err := f(ctx, one); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	for _, one := range list {
		select {
		case next <- one:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}
