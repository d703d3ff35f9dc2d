// Package embed turns texts into vectors whose angle says how close their meanings are: with a small model
// inside the binary (MiniLM), or through an endpoint that speaks OpenAI's embeddings API (Endpoint). It
// stores nothing and ranks nothing. Start at Embedder.
package embed

import "context"

// Embedder turns texts into vectors. Implementations are safe for concurrent use.
type Embedder interface {
	// ID names the model and the version of its weights. Vectors of different IDs do not compare.
	ID() string
	// Dim is the length of a vector.
	Dim() int
	// Embed gives one vector of length 1 for each text, in their order, or an error and no vectors.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
