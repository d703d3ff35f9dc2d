package iceberg

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// Bucket is a bucket of an S3-compatible store.
type Bucket struct {
	Client *s3.Client
	Name   string
	Prefix string // of the warehouse in it
}

// maxLevels is how many folders deep tables are looked for below the prefix.
const maxLevels = 6

// bucket finds the folders that hold a folder metadata, without listing data, and reads the newest metadata of each.
func (r *reading) bucket(ctx context.Context) error {
	var tables []string
	if err := r.walk(ctx, strings.Trim(r.Bucket.Prefix, "/"), 0, &tables); err != nil {
		return err
	}
	return rest.Each(ctx, r.Workers, tables, func(ctx context.Context, folder string) error {
		_, files, err := r.Bucket.list(ctx, path.Join(folder, "metadata"))
		if err != nil {
			return err
		}
		c, ok := newest(files)
		if !ok {
			r.skip(folder, errors.New("its folder metadata holds no metadata file"))
			return nil
		}
		mark := path.Base(c.name) + " " + c.mark
		if r.known(folder, mark) {
			return nil
		}
		raw, err := r.Bucket.get(ctx, c.name)
		if err != nil {
			return err
		}
		if raw, err = unzip(raw); err != nil {
			r.skip(c.name, err)
			return nil
		}
		return r.table(folder, mark, catalog.ID{}, raw)
	})
}

func (r *reading) walk(ctx context.Context, folder string, level int, tables *[]string) error {
	folders, _, err := r.Bucket.list(ctx, folder)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if path.Base(f) == "metadata" {
			*tables = append(*tables, folder)
			return nil // no tables lie within a table
		}
	}
	if level == maxLevels {
		return nil
	}
	for _, f := range folders {
		if err := r.walk(ctx, f, level+1, tables); err != nil {
			return err
		}
	}
	return nil
}

// list gives the folders and files directly within a folder.
func (b *Bucket) list(ctx context.Context, folder string) (folders []string, files []candidate, err error) {
	prefix := ""
	if folder != "" {
		prefix = folder + "/"
	}
	pages := s3.NewListObjectsV2Paginator(b.Client, &s3.ListObjectsV2Input{Bucket: &b.Name, Prefix: &prefix, Delimiter: aws.String("/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, b.failed("listing "+prefix, err)
		}
		for _, p := range page.CommonPrefixes {
			folders = append(folders, strings.TrimSuffix(aws.ToString(p.Prefix), "/"))
		}
		for _, o := range page.Contents {
			files = append(files, candidate{name: aws.ToString(o.Key), mark: strings.Trim(aws.ToString(o.ETag), `"`)})
		}
	}
	return folders, files, nil
}

func (b *Bucket) get(ctx context.Context, key string) ([]byte, error) {
	o, err := b.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.Name, Key: &key})
	if err != nil {
		return nil, b.failed("reading "+key, err)
	}
	defer o.Body.Close()
	raw, err := bounded(o.Body)
	if err != nil {
		return nil, b.failed("reading "+key, err)
	}
	return raw, nil
}

// failed says what went wrong with the bucket, without what the SDK tells of the request.
func (b *Bucket) failed(what string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		hint := map[string]string{"AccessDenied": "; give the account the rights to list and read it", "InvalidAccessKeyId": "; look at the key", "SignatureDoesNotMatch": "; look at the secret key", "NoSuchBucket": "; look at its name and region"}[api.ErrorCode()]
		return fmt.Errorf("bucket %s: %s: %s: %s%s", b.Name, what, api.ErrorCode(), api.ErrorMessage(), hint)
	}
	return fmt.Errorf("bucket %s: %s: %w", b.Name, what, err)
}
