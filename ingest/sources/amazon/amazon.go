// Package amazon signs in at AWS, or at what speaks its protocols, for sources that lie there. Start at Config.
package amazon

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Config is how an account signs in: with a key where one is given, else in the ways that AWS's own tools do:
// variables, profile, web identity, role of the machine. Without a region it is that of those ways, or us-east-1.
// Nothing is asked yet.
func Config(ctx context.Context, region, key, secret string) (aws.Config, error) {
	if (key == "") != (secret == "") {
		return aws.Config{}, errors.New("a key of AWS is user and a secret (token_env or token_file), or neither")
	}
	var opts []func(*config.LoadOptions) error
	if secret != "" {
		opts = append(opts, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(key, secret, "")))
	}
	if region != "" {
		opts = append(opts, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err == nil && cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	return cfg, err
}

// S3 is a client for buckets. An endpoint is that of a store which is not AWS's own.
func S3(cfg aws.Config, endpoint string) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		if endpoint != "" {
			o.BaseEndpoint, o.UsePathStyle = aws.String(endpoint), true
		}
	})
}
