// What rules and log lines ask of a connection and of the certificates that its two ends have shown.
#ifndef SUPERVISE_COPENSSL_SAMPLES_H
#define SUPERVISE_COPENSSL_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "OCSP.h"

typedef struct ssl_st SSL;

// MARK: Connections

// The bits of the cipher's key that are secret, and all of them; 0 before there is a cipher.
int supervise_tls_key_bits(const SSL *stream, int *algorithm_bits);

#define SUPERVISE_TLS_SESSION_ID 0
#define SUPERVISE_TLS_SESSION_KEY 1
#define SUPERVISE_TLS_UNIQUE_ID 2
#define SUPERVISE_TLS_CLIENT_RANDOM 3
#define SUPERVISE_TLS_SERVER_RANDOM 4

// Some bytes of a connection, as many as there is room for (64 are enough); returns how many, 0 for none.
size_t supervise_tls_bytes(const SSL *stream, int what, uint8_t *bytes, size_t size);

// What failed (0: nothing), and its words.
uint64_t supervise_tls_reason(const SSL *stream);
void supervise_tls_reason_text(uint64_t reason, char *text, size_t size);

// What was wrong with the peer's certificate and with that of an authority, be it overlooked, and how far from it that is.
int supervise_tls_seen_error(const SSL *stream);
int supervise_tls_seen_authority_error(const SSL *stream, int *depth);

// Whether the peer wanted to go on with a session of the context's cache, and whether that was not known any more.
bool supervise_tls_used_cache(const SSL *stream, bool *has_missed);

// MARK: Certificates

#define SUPERVISE_TLS_PART_ENCODED 0
#define SUPERVISE_TLS_PART_CHAIN 1
#define SUPERVISE_TLS_PART_SERIAL 2
#define SUPERVISE_TLS_PART_SHA1 3
#define SUPERVISE_TLS_PART_KEY_ALGORITHM 4
#define SUPERVISE_TLS_PART_SIGNATURE_ALGORITHM 5
#define SUPERVISE_TLS_PART_NOT_BEFORE 6
#define SUPERVISE_TLS_PART_NOT_AFTER 7

// A part of the peer's certificate, or of that which the peer was shown; `taker` is not called where there is none.
void supervise_tls_part(const SSL *stream, bool is_own, int part, void *owner, supervise_tls_taker taker);

// The version of such a certificate, from 1; 0 where there is none.
int supervise_tls_certificate_version(const SSL *stream, bool is_own);

// The subject or the issuer: as a whole (`entry` is NULL), or the value of the entry of that name with that number, from 1,
// or from the end where it is below 0.
void supervise_tls_name(
    const SSL *stream, bool is_own, bool is_issuer, const char *entry, int number, bool is_rfc2253, void *owner,
    supervise_tls_taker taker);

#endif
