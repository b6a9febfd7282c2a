// What TLS needs of OpenSSL, in a form that Swift can import: OpenSSL's own headers are full of macros, and stay out of here.
//
// A context holds settings and certificates and may be used by several threads; a stream is one connection and belongs to
// one thread. Nothing here waits: sockets are non-blocking.
#ifndef SUPERVISE_COPENSSL_H
#define SUPERVISE_COPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "OCSP.h"
#include "Samples.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;

// MARK: The library

// Its own name and version: of the headers that this was built with, and of what is loaded.
const char *supervise_tls_built_version(void);
const char *supervise_tls_running_version(void);

// The names of the providers of its algorithms that are loaded.
void supervise_tls_providers(void *owner, void (*name)(void *owner, const char *text));

// MARK: Contexts

// A context for one side, without compression and renegotiation; NULL when there is no memory.
SSL_CTX *supervise_tls_make_context(bool is_server);
void supervise_tls_free_context(SSL_CTX *context);

// Versions as on the wire (0x0303 is TLS 1.2), 0 for no bound; and lists as OpenSSL writes them. False where it wants none.
bool supervise_tls_set_versions(SSL_CTX *context, int least, int most);
bool supervise_tls_set_ciphers(SSL_CTX *context, const char *list);
bool supervise_tls_set_ciphersuites(SSL_CTX *context, const char *list);
bool supervise_tls_set_curves(SSL_CTX *context, const char *list);
void supervise_tls_prefer_client_ciphers(SSL_CTX *context);
void supervise_tls_disable_tickets(SSL_CTX *context);

// Keys of tickets, `count` of `size` bytes one after the other, instead of random ones: the last but one writes, all read.
// Tickets count in every context with the same keys and the same demands, which are any bytes. False when there is no memory.
bool supervise_tls_share_tickets(
    SSL_CTX *context, const uint8_t *keys, size_t count, size_t size, const uint8_t *demands, size_t length);

// Protocols for ALPN, each after its length in a byte; the server's order decides.
bool supervise_tls_set_protocols(SSL_CTX *context, const uint8_t *list, size_t length, bool is_server);

// Parameters for Diffie-Hellman key exchange, in PEM; without any, they follow the certificate's key.
bool supervise_tls_use_parameters(SSL_CTX *context, const void *pem, size_t length);
void supervise_tls_use_automatic_parameters(SSL_CTX *context);

// What can be wrong with a certificate.
enum {
    SUPERVISE_TLS_FINE = 0,
    SUPERVISE_TLS_NO_CERTIFICATE = 1,
    SUPERVISE_TLS_NO_KEY = 2,
    SUPERVISE_TLS_WRONG_KEY = 3,
    SUPERVISE_TLS_REFUSED = 4,
};

// Takes a certificate with its chain, and the key, from PEM.
int supervise_tls_use_certificate(SSL_CTX *context, const void *pem, size_t length, const void *key, size_t key_length);

// MARK: Verification

enum { SUPERVISE_TLS_VERIFY_NONE = 0, SUPERVISE_TLS_VERIFY_OPTIONAL = 1, SUPERVISE_TLS_VERIFY_REQUIRED = 2 };

// Which errors of X509_verify_cert to overlook: bit N of the mask is error N, of 128.
typedef struct {
    uint64_t bits[2];
} supervise_tls_errors;

void supervise_tls_verify(
    SSL_CTX *context, int mode, supervise_tls_errors ignored_of_authorities, supervise_tls_errors ignored_of_peer);

// Adds the certificates, or the lists of revoked ones, of a PEM text; gives their number, -1 when one can't be used.
int supervise_tls_add_authorities(SSL_CTX *context, const void *pem, size_t length, bool is_announced);
int supervise_tls_add_revocations(SSL_CTX *context, const void *pem, size_t length);
bool supervise_tls_use_system_authorities(SSL_CTX *context);

// MARK: A certificate's own data

enum { SUPERVISE_TLS_KEY_OTHER = 0, SUPERVISE_TLS_KEY_RSA = 1, SUPERVISE_TLS_KEY_ECDSA = 2 };

typedef struct {
    int key_kind;
    // Seconds since 1970.
    int64_t not_before, not_after;
    uint8_t fingerprint[32];
} supervise_tls_certificate;

// Reads a PEM text's first certificate; calls `name` for each of its DNS names, the subject's common names at the end.
bool supervise_tls_describe(
    const void *pem, size_t length, supervise_tls_certificate *description, void *owner,
    void (*name)(void *owner, const uint8_t *text, size_t length));

// What people read of a certificate.
#define SUPERVISE_TLS_SERIAL 0
#define SUPERVISE_TLS_NOT_BEFORE 1
#define SUPERVISE_TLS_NOT_AFTER 2
#define SUPERVISE_TLS_ALTERNATIVE_NAMES 3
#define SUPERVISE_TLS_ALGORITHM 4
#define SUPERVISE_TLS_SHA1 5
#define SUPERVISE_TLS_SUBJECT 6
#define SUPERVISE_TLS_ISSUER 7

// Reads all certificates of a PEM text; calls `teller` for each field of each, the first certificate being number 0.
// Returns how many there are.
int supervise_tls_print(
    const void *pem, size_t length, void *owner,
    void (*teller)(void *owner, int certificate, int field, const uint8_t *text, size_t length));

// The reason for the last failure on this thread, in OpenSSL's words; empty when there is none. Forgets all failures.
void supervise_tls_take_error(char *text, size_t size);

// MARK: Choice by name

// Answers which context a client gets that asks for a name (NULL for none): NULL refuses it.
typedef SSL_CTX *(*supervise_tls_choice)(void *owner, const uint8_t *name, size_t length, bool takes_ecdsa);

// Has clients' names asked for; the owner outlives the context.
void supervise_tls_choose_by_name(SSL_CTX *context, supervise_tls_choice choice, void *owner);

// MARK: Streams

// What an operation answers besides a number of bytes.
enum {
    SUPERVISE_TLS_ENDED = 0,
    SUPERVISE_TLS_WANTS_READ = -1,
    SUPERVISE_TLS_WANTS_WRITE = -2,
    SUPERVISE_TLS_FAILED = -3,
};

// A stream over a socket, which stays the caller's; NULL when there is no memory.
SSL *supervise_tls_make_stream(SSL_CTX *context, int descriptor, bool is_server);
void supervise_tls_free_stream(SSL *stream);

// For clients: the name to ask for, and the one that the certificate has to have; NULL for none.
bool supervise_tls_set_names(SSL *stream, const char *asked, const char *verified);

// For clients, before the handshake: protocols for ALPN instead of the context's, each after its length in a byte.
bool supervise_tls_offer_protocols(SSL *stream, const uint8_t *list, size_t length);

// For clients, before the handshake: an earlier session to go on with, if the server still wants it.
bool supervise_tls_resume(SSL *stream, SSL_SESSION *session);

// What a later connection can go on with, the caller's; NULL where the peer has given nothing for it.
SSL_SESSION *supervise_tls_take_session(SSL *stream);
void supervise_tls_free_session(SSL_SESSION *session);

// Goes on with the handshake; 1 when it is done.
int supervise_tls_handshake(SSL *stream);
ssize_t supervise_tls_read(SSL *stream, void *bytes, size_t count);
ssize_t supervise_tls_write(SSL *stream, const void *bytes, size_t count);

// Whether bytes from the socket wait in the stream.
bool supervise_tls_has_unread(const SSL *stream);

// Tells the peer that no more comes; nothing after a failure, or before the handshake's end.
void supervise_tls_end(SSL *stream);

// Why a stream has failed.
typedef struct {
    // The socket's error, 0 when it has none.
    int socket_error;
    // Whether the peer has ended the connection.
    bool has_ended;
    // The error of the peer's certificate, 0 for none, and how far from it in the chain.
    int verify_error, verify_depth;
} supervise_tls_trouble;

supervise_tls_trouble supervise_tls_trouble_of(const SSL *stream);

// The error's words.
const char *supervise_tls_verify_text(int error);

// What was agreed on; static text or text that lives as long as the stream, NULL for none.
const char *supervise_tls_version(const SSL *stream);
const char *supervise_tls_cipher(const SSL *stream);
const char *supervise_tls_server_name(const SSL *stream);
void supervise_tls_protocol(const SSL *stream, const uint8_t **name, unsigned *length);
bool supervise_tls_is_resumed(const SSL *stream);

// Whether the peer has shown a certificate, in this connection or in the one that it goes on with; what came of looking at
// it (0: fine, or nothing was shown); the first common name of its subject, as many bytes as there is room for, 0 without one.
bool supervise_tls_has_peer_certificate(const SSL *stream);
uint32_t supervise_tls_verify_result(const SSL *stream);
size_t supervise_tls_peer_name(const SSL *stream, uint8_t *text, size_t size);

// Of the certificate that the peer was shown: its signature's algorithm (NULL without one), its key's bits, and the kind of key.
const char *supervise_tls_own_signature(const SSL *stream);
int supervise_tls_own_key(const SSL *stream, int *bits);

// MARK: Signatures

// The HMAC with SHA-256 of some bytes (RFC 2104): 32 bytes into code; false when there is no memory.
bool supervise_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *bytes, size_t length, uint8_t *code);

// MARK: Digests

// The most bytes that a digest has.
#define SUPERVISE_LONGEST_DIGEST 64

// Whether there is a digest of a name; the digest of some bytes, and their code with a key (HMAC). These give the number of
// bytes, 0 where it cannot be made.
bool supervise_digest_exists(const char *name);
ssize_t supervise_digest(const char *name, const void *bytes, size_t count, uint8_t *digest);
ssize_t supervise_authentication_code(
    const char *name, const void *key, size_t key_length, const void *bytes, size_t count, uint8_t *code);

#endif
