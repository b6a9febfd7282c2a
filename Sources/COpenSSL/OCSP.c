#include "OCSP.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int no_passphrase(char *buffer, int size, int is_writing, void *argument) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)argument;
    return -1;
}

static void hand_over(BIO *text, void *owner, supervise_tls_taker taker) {
    const uint8_t *bytes = NULL;
    long length = BIO_get_mem_data(text, &bytes);
    taker(owner, bytes, length > 0 ? (size_t)length : 0);
    (void)BIO_reset(text);
}

// MARK: Lists of revoked certificates

static void print_list(BIO *text, X509_CRL *list) {
    const X509_ALGOR *algorithm = NULL;
    X509_CRL_get0_signature(list, NULL, &algorithm);
    BIO_printf(text, "Version %ld\n", X509_CRL_get_version(list) + 1);
    BIO_puts(text, "Signature Algorithm: ");
    i2a_ASN1_OBJECT(text, algorithm->algorithm);
    char *issuer = X509_NAME_oneline(X509_CRL_get_issuer(list), NULL, 0);
    BIO_printf(text, "\nIssuer: %s\nLast Update: ", issuer ? issuer : "");
    OPENSSL_free(issuer);
    ASN1_TIME_print(text, X509_CRL_get0_lastUpdate(list));
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
    BIO_puts(text, "\nNext Update: ");
    if (next) {
        ASN1_TIME_print(text, next);
    } else {
        BIO_puts(text, "NONE");
    }
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(list);
    BIO_puts(text, sk_X509_REVOKED_num(revoked) > 0 ? "\nRevoked Certificates:\n" : "\nNo Revoked Certificates.\n");
    for (int index = 0; index < sk_X509_REVOKED_num(revoked); index++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(revoked, index);
        BIO_puts(text, "    Serial Number: ");
        i2a_ASN1_INTEGER(text, X509_REVOKED_get0_serialNumber(entry));
        BIO_puts(text, "\n        Revocation Date: ");
        ASN1_TIME_print(text, X509_REVOKED_get0_revocationDate(entry));
        BIO_puts(text, "\n");
        X509V3_extensions_print(text, "CRL entry extensions", X509_REVOKED_get0_extensions(entry), 0, 8);
    }
}

int supervise_crl_print(const void *pem, size_t length, void *owner, supervise_tls_taker taker) {
    ERR_clear_error();
    BIO *input = BIO_new_mem_buf(pem, (int)length);
    BIO *text = BIO_new(BIO_s_mem());
    int count = 0;
    X509_CRL *list = NULL;
    while (input && text && (list = PEM_read_bio_X509_CRL(input, NULL, no_passphrase, NULL)) != NULL) {
        print_list(text, list);
        hand_over(text, owner, taker);
        X509_CRL_free(list);
        count += 1;
    }
    BIO_free(text);
    BIO_free(input);
    ERR_clear_error();
    return count;
}

// MARK: OCSP

// The certificate of a text that has signed another one.
static X509 *issuer_in(const void *pem, size_t length, X509 *certificate) {
    BIO *input = pem ? BIO_new_mem_buf(pem, (int)length) : NULL;
    X509 *found = NULL;
    while (input && (found = PEM_read_bio_X509_AUX(input, NULL, no_passphrase, NULL)) != NULL) {
        if (X509_cmp(found, certificate) != 0 && X509_check_issued(found, certificate) == X509_V_OK) break;
        X509_free(found);
    }
    BIO_free(input);
    return found;
}

bool supervise_ocsp_identify(
    const void *pem, size_t length, const void *issuer, size_t issuer_length, void *owner, supervise_tls_taker taker) {
    ERR_clear_error();
    BIO *input = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate = input ? PEM_read_bio_X509_AUX(input, NULL, no_passphrase, NULL) : NULL;
    BIO_free(input);
    X509 *authority = certificate ? issuer_in(pem, length, certificate) : NULL;
    if (certificate && authority == NULL) authority = issuer_in(issuer, issuer_length, certificate);
    OCSP_CERTID *identifier = authority ? OCSP_cert_to_id(NULL, certificate, authority) : NULL;
    unsigned char *bytes = NULL;
    int count = identifier ? i2d_OCSP_CERTID(identifier, &bytes) : 0;
    if (count > 0) taker(owner, bytes, (size_t)count);
    OPENSSL_free(bytes);
    OCSP_CERTID_free(identifier);
    X509_free(authority);
    X509_free(certificate);
    ERR_clear_error();
    return count > 0;
}

static void tell_digits(
    const ASN1_STRING *bytes, int field, void *owner, void (*taker)(void *owner, int field, const char *text)) {
    BIO *text = BIO_new(BIO_s_mem());
    if (text == NULL) return;
    i2a_ASN1_STRING(text, bytes, 0);
    BIO_write(text, "", 1);
    char *line = NULL;
    BIO_get_mem_data(text, &line);
    taker(owner, field, line);
    BIO_free(text);
}

bool supervise_ocsp_describe(
    const uint8_t *identifier, size_t length, void *owner, void (*taker)(void *owner, int field, const char *text)) {
    OCSP_CERTID *parsed = d2i_OCSP_CERTID(NULL, &identifier, (long)length);
    if (parsed == NULL) {
        ERR_clear_error();
        return false;
    }
    ASN1_OCTET_STRING *name = NULL, *key = NULL;
    ASN1_INTEGER *serial = NULL;
    OCSP_id_get0_info(&name, NULL, &key, &serial, parsed);
    tell_digits(name, 0, owner, taker);
    tell_digits(key, 1, owner, taker);
    tell_digits(serial, 2, owner, taker);
    OCSP_CERTID_free(parsed);
    return true;
}

static OCSP_RESPONSE *parsed_response(const uint8_t *response, size_t length) {
    OCSP_RESPONSE *parsed = d2i_OCSP_RESPONSE(NULL, &response, (long)length);
    ERR_clear_error();
    return parsed;
}

static int64_t seconds_of(const ASN1_GENERALIZEDTIME *time) {
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

// How far an authority's clock may be from this one: the end of an answer is that much earlier here.
enum { CLOCK_SKEW_SECONDS = 300 };

static int judge(
    OCSP_BASICRESP *basic, int64_t *until, void *owner, supervise_tls_taker identifier) {
    if (OCSP_resp_count(basic) != 1) return SUPERVISE_OCSP_MANY;
    OCSP_SINGLERESP *single = OCSP_resp_get0(basic, 0);
    unsigned char *bytes = NULL;
    int count = i2d_OCSP_CERTID(OCSP_SINGLERESP_get0_id(single), &bytes);
    if (count > 0) identifier(owner, bytes, (size_t)count);
    OPENSSL_free(bytes);
    int reason = 0;
    ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *end = NULL;
    int status = OCSP_single_get0_status(single, &reason, &revoked, &from, &end);
    if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED) return SUPERVISE_OCSP_UNKNOWN;
    if (end == NULL) return SUPERVISE_OCSP_WITHOUT_END;
    if (OCSP_check_validity(from, end, CLOCK_SKEW_SECONDS, -1) != 1) return SUPERVISE_OCSP_ENDED;
    *until = seconds_of(end) - CLOCK_SKEW_SECONDS;
    return SUPERVISE_OCSP_FINE;
}

int supervise_ocsp_read(
    const uint8_t *response, size_t length, int64_t *until, void *owner, supervise_tls_taker identifier) {
    OCSP_RESPONSE *parsed = parsed_response(response, length);
    if (parsed == NULL) return SUPERVISE_OCSP_NOT_PARSED;
    int result = SUPERVISE_OCSP_UNSUCCESSFUL;
    if (OCSP_response_status(parsed) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        OCSP_BASICRESP *basic = OCSP_response_get1_basic(parsed);
        result = basic ? judge(basic, until, owner, identifier) : SUPERVISE_OCSP_NOT_BASIC;
        OCSP_BASICRESP_free(basic);
    }
    OCSP_RESPONSE_free(parsed);
    ERR_clear_error();
    return result;
}

bool supervise_ocsp_print(const uint8_t *response, size_t length, void *owner, supervise_tls_taker taker) {
    OCSP_RESPONSE *parsed = parsed_response(response, length);
    BIO *text = BIO_new(BIO_s_mem());
    bool is_printed = parsed && text && OCSP_RESPONSE_print(text, parsed, 0) == 1;
    if (is_printed) hand_over(text, owner, taker);
    BIO_free(text);
    OCSP_RESPONSE_free(parsed);
    ERR_clear_error();
    return is_printed;
}

// MARK: Stapling

// What clients of a context get; goes with the context.
struct staple {
    int64_t until;
    size_t length;
    unsigned char bytes[];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int staple_index = -1;

static void free_staple(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    free(pointer);
}

static void prepare(void) { staple_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_staple); }

static int show_staple(SSL *stream, void *argument) {
    const struct staple *staple = argument;
    if (time(NULL) >= staple->until) return SSL_TLSEXT_ERR_NOACK;
    // The stream gives the copy back.
    unsigned char *copy = OPENSSL_memdup(staple->bytes, staple->length);
    if (copy == NULL) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(stream, copy, (long)staple->length);
    return SSL_TLSEXT_ERR_OK;
}

bool supervise_tls_staple(SSL_CTX *context, const uint8_t *response, size_t length, int64_t until) {
    pthread_once(&once, prepare);
    struct staple *staple = staple_index < 0 ? NULL : malloc(sizeof *staple + length);
    if (staple == NULL) return false;
    staple->until = until;
    staple->length = length;
    memcpy(staple->bytes, response, length);
    if (!SSL_CTX_set_ex_data(context, staple_index, staple)) {
        free(staple);
        return false;
    }
    SSL_CTX_set_tlsext_status_cb(context, show_staple);
    SSL_CTX_set_tlsext_status_arg(context, staple);
    return true;
}
