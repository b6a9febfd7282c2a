// What a stream's socket has seen, for those parts of this module that tell of it.
#ifndef SUPERVISE_COPENSSL_PORT_H
#define SUPERVISE_COPENSSL_PORT_H

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stdbool.h>

struct port {
    int descriptor;
    int error;
    bool has_ended;
    // After a failure nothing may be written any more, not even an end.
    bool has_failed;
    // What ended the handshake of the peer's certificate.
    int verify_error, verify_depth;
    // What was wrong with the peer's certificate and with those of its authorities, be it overlooked: the first of each.
    int seen_error, seen_authority_error, seen_authority_depth;
    // OpenSSL's own number for what failed.
    unsigned long reason;
    // Whether the peer wanted to go on with a session that is not known any more.
    bool has_missed_session;
};

static inline struct port *port_of(const SSL *stream) { return BIO_get_data(SSL_get_rbio(stream)); }

#endif
