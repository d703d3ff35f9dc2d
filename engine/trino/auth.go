package trino

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Auth is how the service account signs in: with a password, a token, or a client certificate. What is
// read from files is read anew for every request, so that a rotated secret is taken up. CA names the
// authorities that the server's certificate is held against; empty means the machine's.
type Auth struct {
	Password func() (string, error) // nil where none is used
	Token    func() (string, error) // a JWT; nil where none is used
	Cert     string                 // file with certificate and key, PEM
	CA       string                 // file, PEM
}

// FromFile is a secret that stands in a file, without the line end behind it.
func FromFile(path string) func() (string, error) {
	return func() (string, error) {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", &unset{"The file " + path + " cannot be read", "Make it hold the secret that the account signs in with."}
		}
		return strings.TrimRight(string(raw), "\r\n"), nil
	}
}

// FromEnv is a secret that stands in an environment variable.
func FromEnv(name string) func() (string, error) {
	return func() (string, error) {
		v := os.Getenv(name)
		if v == "" {
			return "", &unset{"The environment variable " + name + " is not set", "Set it to the secret that the account signs in with."}
		}
		return v, nil
	}
}

// client is the HTTP client of all requests to the server.
func (c Config) client(server *url.URL) (*http.Client, error) {
	a := c.Auth
	if server.Scheme != "https" && (a.Password != nil || a.Token != nil || a.Cert != "") {
		return nil, fmt.Errorf("trino: signing in to %s needs https, or everyone on the way could read the secret", server.Host)
	}
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if a.CA != "" {
		raw, err := os.ReadFile(a.CA)
		if err != nil {
			return nil, fmt.Errorf("trino: reading the certificate authority: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("trino: %s holds no certificate; it should be PEM", a.CA)
		}
	}
	if a.Cert != "" {
		// Asked for at each connection, so that a renewed certificate is taken up.
		load := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(a.Cert, a.Cert)
			if err != nil {
				return nil, fmt.Errorf("trino: reading the client certificate: %w", err)
			}
			return &pair, nil
		}
		if _, err := load(nil); err != nil {
			return nil, err
		}
		t.TLSClientConfig.GetClientCertificate = load
	}
	return &http.Client{Transport: &signer{next: t, host: server.Host, user: c.User, auth: a, zone: c.Zone.String()}}, nil
}

// signer adds to a request what must not pass through anything that is printed: the secret. It goes to the
// configured server only, wherever a response may point.
type signer struct {
	next http.RoundTripper
	host string
	user string
	auth Auth
	zone string
}

func (s *signer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != s.host {
		return nil, &elsewhere{r.URL.Host, s.host}
	}
	if w, ok := r.Context().Value(watchKey{}).(*watch); ok {
		w.saw(r.URL.Path)
	}
	out := r.Clone(r.Context())
	if r.Method == http.MethodPost {
		out.Header.Set("X-Trino-Time-Zone", s.zone)
	}
	switch {
	case s.auth.Token != nil:
		token, err := s.auth.Token()
		if err != nil {
			return nil, err
		}
		out.Header.Set("Authorization", "Bearer "+token)
	case s.auth.Password != nil:
		password, err := s.auth.Password()
		if err != nil {
			return nil, err
		}
		out.SetBasicAuth(s.user, password)
	}
	return s.next.RoundTrip(out)
}

// CloseIdleConnections lets the client end what it keeps open.
func (s *signer) CloseIdleConnections() {
	if t, ok := s.next.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// elsewhere is an answer that points to another server than the configured one.
type elsewhere struct{ to, from string }

func (e *elsewhere) Error() string {
	return fmt.Sprintf("trino: the server at %s points to %s, which is not asked", e.from, e.to)
}

// unset is a secret that is not where it should be.
type unset struct{ what, todo string }

func (u *unset) Error() string { return "trino: " + u.what }
