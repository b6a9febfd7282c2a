// What authorities say of certificates that they have signed: lists of revoked ones, and answers of OCSP (RFC 6960).
#ifndef SUPERVISE_COPENSSL_OCSP_H
#define SUPERVISE_COPENSSL_OCSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ssl_ctx_st SSL_CTX;

// Takes bytes that are valid during the call.
typedef void (*supervise_tls_taker)(void *owner, const uint8_t *bytes, size_t length);

// MARK: Lists of revoked certificates

// Writes the lists of a PEM text for people to read, one call for each; returns how many there are.
int supervise_crl_print(const void *pem, size_t length, void *owner, supervise_tls_taker taker);

// MARK: OCSP

// What a question about a PEM text's first certificate would name it, as DER: `taker` gets it. The authority is among the
// text's other certificates or in the second text. False where there is none.
bool supervise_ocsp_identify(
    const void *pem, size_t length, const void *issuer, size_t issuer_length, void *owner, supervise_tls_taker taker);

// Tells what such a name is made of: the hash of the authority's name and of its key, and the certificate's number.
bool supervise_ocsp_describe(
    const uint8_t *identifier, size_t length, void *owner, void (*taker)(void *owner, int field, const char *text));

enum {
    SUPERVISE_OCSP_FINE = 0,
    SUPERVISE_OCSP_NOT_PARSED = 1,
    SUPERVISE_OCSP_UNSUCCESSFUL = 2,
    SUPERVISE_OCSP_NOT_BASIC = 3,
    SUPERVISE_OCSP_MANY = 4,
    SUPERVISE_OCSP_UNKNOWN = 5,
    SUPERVISE_OCSP_WITHOUT_END = 6,
    SUPERVISE_OCSP_ENDED = 7,
};

// Looks at an answer: what is wrong with it, until when it counts (seconds since 1970), and what it names its certificate.
int supervise_ocsp_read(
    const uint8_t *response, size_t length, int64_t *until, void *owner, supervise_tls_taker identifier);

// Writes an answer for people to read; false when it is none.
bool supervise_ocsp_print(const uint8_t *response, size_t length, void *owner, supervise_tls_taker taker);

// Shows an answer to clients of a context that want one, while it counts. False when there is no memory.
bool supervise_tls_staple(SSL_CTX *context, const uint8_t *response, size_t length, int64_t until);

#endif
