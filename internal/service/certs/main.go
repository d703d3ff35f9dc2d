// Command certs writes what the tests of signing in to Trino need into a folder: a certificate authority
// (ca.pem), a server key with certificate (server.pem), a client key with certificate for the user svc
// (client.pem), and a key pair for JWTs (jwt-private.pem, jwt-public.pem). They are worth nothing
// elsewhere.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: certs DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "certs:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	caKey, ca, err := sign("limn test authority", nil, nil)
	if err != nil {
		return err
	}
	serverKey, server, err := sign("localhost", caKey, ca)
	if err != nil {
		return err
	}
	clientKey, client, err := sign("svc", caKey, ca)
	if err != nil {
		return err
	}
	jwt, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&jwt.PublicKey)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(jwt)
	if err != nil {
		return err
	}
	for name, blocks := range map[string][]*pem.Block{
		"ca.pem":          {{Type: "CERTIFICATE", Bytes: ca.Raw}},
		"server.pem":      {keyBlock(serverKey), {Type: "CERTIFICATE", Bytes: server.Raw}, {Type: "CERTIFICATE", Bytes: ca.Raw}},
		"client.pem":      {keyBlock(clientKey), {Type: "CERTIFICATE", Bytes: client.Raw}},
		"jwt-private.pem": {{Type: "PRIVATE KEY", Bytes: private}},
		"jwt-public.pem":  {{Type: "PUBLIC KEY", Bytes: public}},
	} {
		var text []byte
		for _, b := range blocks {
			text = append(text, pem.EncodeToMemory(b)...)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// sign makes a key with a certificate of ten years, signed by the authority, or by itself where there is none.
func sign(name string, byKey *ecdsa.PrivateKey, by *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, nil, err
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	if by == nil {
		by, byKey = c, key
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		c.DNSNames, c.IPAddresses = []string{name}, []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, byKey)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(raw)
	return key, cert, err
}

// keyBlock is a key as PKCS #8, the form that Java reads. A key of a known curve always has one.
func keyBlock(key *ecdsa.PrivateKey) *pem.Block {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return &pem.Block{Type: "PRIVATE KEY", Bytes: raw}
}
