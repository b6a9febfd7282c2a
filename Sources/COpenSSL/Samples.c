#include "Samples.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

#include "Port.h"

// MARK: Connections

int supervise_tls_key_bits(const SSL *stream, int *algorithm_bits) {
    *algorithm_bits = 0;
    const SSL_CIPHER *cipher = SSL_get_current_cipher(stream);
    return cipher ? SSL_CIPHER_get_bits(cipher, algorithm_bits) : 0;
}

// What the side says last that speaks last in a handshake: RFC 5929, section 3.
static size_t unique_identifier(const SSL *stream, uint8_t *bytes, size_t size) {
    bool is_client_first = !SSL_session_reused(stream);
    return is_client_first != (bool)SSL_is_server(stream) ? SSL_get_finished(stream, bytes, size)
                                                         : SSL_get_peer_finished(stream, bytes, size);
}

size_t supervise_tls_bytes(const SSL *stream, int what, uint8_t *bytes, size_t size) {
    const SSL_SESSION *session = SSL_get_session(stream);
    switch (what) {
    case SUPERVISE_TLS_SESSION_ID: {
        unsigned length = 0;
        const unsigned char *identifier = session ? SSL_SESSION_get_id(session, &length) : NULL;
        if (identifier == NULL || length > size) return 0;
        memcpy(bytes, identifier, length);
        return length;
    }
    case SUPERVISE_TLS_SESSION_KEY: return session ? SSL_SESSION_get_master_key(session, bytes, size) : 0;
    case SUPERVISE_TLS_UNIQUE_ID: return unique_identifier(stream, bytes, size);
    case SUPERVISE_TLS_CLIENT_RANDOM: return SSL_get_client_random(stream, bytes, size);
    default: return SSL_get_server_random(stream, bytes, size);
    }
}

uint64_t supervise_tls_reason(const SSL *stream) { return port_of(stream)->reason; }

void supervise_tls_reason_text(uint64_t reason, char *text, size_t size) { ERR_error_string_n(reason, text, size); }

int supervise_tls_seen_error(const SSL *stream) { return port_of(stream)->seen_error; }

int supervise_tls_seen_authority_error(const SSL *stream, int *depth) {
    *depth = port_of(stream)->seen_authority_depth;
    return port_of(stream)->seen_authority_error;
}

bool supervise_tls_used_cache(const SSL *stream, bool *has_missed) {
    *has_missed = port_of(stream)->has_missed_session;
    // Who has no ticket goes on with what the cache has.
    return *has_missed || (SSL_session_reused(stream) && (SSL_get_options(stream) & SSL_OP_NO_TICKET) != 0);
}

// MARK: Certificates

static X509 *certificate_of(const SSL *stream, bool is_own) {
    return is_own ? SSL_get_certificate(stream) : SSL_get0_peer_certificate(stream);
}

static void tell_encoded(X509 *certificate, void *owner, supervise_tls_taker taker) {
    unsigned char *bytes = NULL;
    int length = i2d_X509(certificate, &bytes);
    if (length > 0) taker(owner, bytes, (size_t)length);
    OPENSSL_free(bytes);
}

static void tell_chain(const SSL *stream, void *owner, supervise_tls_taker taker) {
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(stream);
    for (int index = 0; index < sk_X509_num(chain); index++) tell_encoded(sk_X509_value(chain, index), owner, taker);
}

static void tell_object(const ASN1_OBJECT *object, void *owner, supervise_tls_taker taker) {
    const char *name = OBJ_nid2sn(OBJ_obj2nid(object));
    if (name) taker(owner, (const uint8_t *)name, strlen(name));
}

// YYMMDDhhmmssZ in either form of time.
static void tell_time(const ASN1_TIME *time, void *owner, supervise_tls_taker taker) {
    const uint8_t *text = ASN1_STRING_get0_data(time);
    size_t length = (size_t)ASN1_STRING_length(time);
    size_t century = ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME ? 2 : 0;
    if (length > century) taker(owner, text + century, length - century);
}

void supervise_tls_part(const SSL *stream, bool is_own, int part, void *owner, supervise_tls_taker taker) {
    if (part == SUPERVISE_TLS_PART_CHAIN) {
        tell_chain(stream, owner, taker);
        return;
    }
    X509 *certificate = certificate_of(stream, is_own);
    if (certificate == NULL) return;
    switch (part) {
    case SUPERVISE_TLS_PART_ENCODED: tell_encoded(certificate, owner, taker); return;
    case SUPERVISE_TLS_PART_SERIAL: {
        const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
        taker(owner, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
        return;
    }
    case SUPERVISE_TLS_PART_SHA1: {
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (X509_digest(certificate, EVP_sha1(), digest, &length) == 1) taker(owner, digest, length);
        return;
    }
    case SUPERVISE_TLS_PART_KEY_ALGORITHM: {
        ASN1_OBJECT *algorithm = NULL;
        X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(certificate));
        tell_object(algorithm, owner, taker);
        return;
    }
    case SUPERVISE_TLS_PART_SIGNATURE_ALGORITHM: {
        const X509_ALGOR *algorithm = NULL;
        X509_get0_signature(NULL, &algorithm, certificate);
        tell_object(algorithm->algorithm, owner, taker);
        return;
    }
    case SUPERVISE_TLS_PART_NOT_BEFORE: tell_time(X509_get0_notBefore(certificate), owner, taker); return;
    default: tell_time(X509_get0_notAfter(certificate), owner, taker);
    }
}

int supervise_tls_certificate_version(const SSL *stream, bool is_own) {
    const X509 *certificate = certificate_of(stream, is_own);
    return certificate ? (int)X509_get_version(certificate) + 1 : 0;
}

static void tell_whole_name(const X509_NAME *name, bool is_rfc2253, void *owner, supervise_tls_taker taker) {
    BIO *text = BIO_new(BIO_s_mem());
    if (text == NULL) return;
    if (is_rfc2253) {
        X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253);
    } else {
        char *line = X509_NAME_oneline(name, NULL, 0);
        if (line) BIO_puts(text, line);
        OPENSSL_free(line);
    }
    const uint8_t *bytes = NULL;
    long length = BIO_get_mem_data(text, &bytes);
    if (length > 0) taker(owner, bytes, (size_t)length);
    BIO_free(text);
}

void supervise_tls_name(
    const SSL *stream, bool is_own, bool is_issuer, const char *entry, int number, bool is_rfc2253, void *owner,
    supervise_tls_taker taker) {
    const X509 *certificate = certificate_of(stream, is_own);
    if (certificate == NULL) return;
    const X509_NAME *name = is_issuer ? X509_get_issuer_name(certificate) : X509_get_subject_name(certificate);
    if (entry == NULL) {
        tell_whole_name(name, is_rfc2253, owner, taker);
        return;
    }
    int count = X509_NAME_entry_count(name);
    int wanted = number < 0 ? -number : number;
    for (int step = 0; step < count; step++) {
        X509_NAME_ENTRY *found = X509_NAME_get_entry(name, number < 0 ? count - 1 - step : step);
        const char *type = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(found)));
        if (type == NULL || strcmp(type, entry) != 0) continue;
        wanted -= 1;
        if (wanted != 0) continue;
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(found);
        taker(owner, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
        return;
    }
}
