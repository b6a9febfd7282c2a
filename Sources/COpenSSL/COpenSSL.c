#include "COpenSSL.h"

#include "Port.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// MARK: The library

const char *supervise_tls_built_version(void) { return OPENSSL_VERSION_TEXT; }

const char *supervise_tls_running_version(void) { return OpenSSL_version(OPENSSL_VERSION); }

struct provider_teller {
    void *owner;
    void (*name)(void *owner, const char *text);
};

static int tell_provider(OSSL_PROVIDER *provider, void *argument) {
    const struct provider_teller *teller = argument;
    teller->name(teller->owner, OSSL_PROVIDER_get0_name(provider));
    return 1;
}

void supervise_tls_providers(void *owner, void (*name)(void *owner, const char *text)) {
    struct provider_teller teller = {owner, name};
    OSSL_PROVIDER_do_all(NULL, tell_provider, &teller);
}

// MARK: Sockets

// OpenSSL's own way to a socket writes with write(2), which raises SIGPIPE on a broken connection; this one does not, and
// keeps what it saw (`struct port`).

static int port_read(BIO *bio, char *bytes, int count) {
    struct port *port = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    while (true) {
        ssize_t taken = recv(port->descriptor, bytes, (size_t)count, 0);
        if (taken > 0) return (int)taken;
        if (taken == 0) {
            port->has_ended = true;
            return 0;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            BIO_set_retry_read(bio);
        } else {
            port->error = errno;
        }
        return -1;
    }
}

static int port_write(BIO *bio, const char *bytes, int count) {
    struct port *port = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    while (true) {
        ssize_t taken = send(port->descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
        if (taken >= 0) return (int)taken;
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            BIO_set_retry_write(bio);
        } else {
            port->error = errno;
        }
        return -1;
    }
}

static long port_control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    struct port *port = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return port->has_ended;
    default: return 0;
    }
}

static int port_destroy(BIO *bio) {
    free(BIO_get_data(bio));
    BIO_set_data(bio, NULL);
    return 1;
}

// MARK: Once

// What a context has besides OpenSSL's own settings.
struct extras {
    supervise_tls_errors ignored_of_authorities, ignored_of_peer;
    supervise_tls_choice choice;
    void *owner;
    uint8_t *protocols;
    size_t protocols_length;
    // Keys of tickets one after the other, NULL for OpenSSL's own.
    uint8_t *ticket_keys;
    size_t ticket_key_count, ticket_key_size;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static BIO_METHOD *port_method;
static int extras_index = -1;

static void free_extras(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument) {
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    struct extras *extras = pointer;
    if (extras == NULL) return;
    free(extras->protocols);
    if (extras->ticket_keys) OPENSSL_cleanse(extras->ticket_keys, extras->ticket_key_count * extras->ticket_key_size);
    free(extras->ticket_keys);
    free(extras);
}

static void prepare(void) {
    extras_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_extras);
    port_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (port_method == NULL) return;
    BIO_meth_set_read(port_method, port_read);
    BIO_meth_set_write(port_method, port_write);
    BIO_meth_set_ctrl(port_method, port_control);
    BIO_meth_set_destroy(port_method, port_destroy);
}

static struct extras *extras_of(const SSL_CTX *context) { return SSL_CTX_get_ex_data(context, extras_index); }

// MARK: Contexts

// Asked only where OpenSSL's own cache hasn't what a client wants to go on with.
static SSL_SESSION *session_is_unknown(SSL *stream, const unsigned char *id, int length, int *is_copied) {
    (void)id;
    (void)length;
    (void)is_copied;
    port_of(stream)->has_missed_session = true;
    return NULL;
}

SSL_CTX *supervise_tls_make_context(bool is_server) {
    pthread_once(&once, prepare);
    if (extras_index < 0 || port_method == NULL) return NULL;
    SSL_CTX *context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    struct extras *extras = calloc(1, sizeof *extras);
    if (context == NULL || extras == NULL || !SSL_CTX_set_ex_data(context, extras_index, extras)) {
        free(extras);
        SSL_CTX_free(context);
        return NULL;
    }
    // An idle connection owns no buffers; what is not taken by the socket is given again from wherever it lies by then.
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // As everywhere in TCP, an end is an end, with or without the words for it.
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                     (is_server ? SSL_OP_CIPHER_SERVER_PREFERENCE : 0));
    // Several records in one read.
    SSL_CTX_set_read_ahead(context, 1);
    if (is_server) {
        // A session is resumed only where it began: with the same certificate and the same demands.
        unsigned char place[16];
        if (RAND_bytes(place, sizeof place) != 1 || !SSL_CTX_set_session_id_context(context, place, sizeof place)) {
            SSL_CTX_free(context);
            return NULL;
        }
        SSL_CTX_sess_set_get_cb(context, session_is_unknown);
    }
    return context;
}

void supervise_tls_free_context(SSL_CTX *context) { SSL_CTX_free(context); }

bool supervise_tls_set_versions(SSL_CTX *context, int least, int most) {
    return SSL_CTX_set_min_proto_version(context, least) && SSL_CTX_set_max_proto_version(context, most);
}

bool supervise_tls_set_ciphers(SSL_CTX *context, const char *list) { return SSL_CTX_set_cipher_list(context, list); }

bool supervise_tls_set_ciphersuites(SSL_CTX *context, const char *list) {
    return SSL_CTX_set_ciphersuites(context, list);
}

bool supervise_tls_set_curves(SSL_CTX *context, const char *list) { return SSL_CTX_set1_curves_list(context, list); }

void supervise_tls_prefer_client_ciphers(SSL_CTX *context) {
    SSL_CTX_clear_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

void supervise_tls_disable_tickets(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_NO_TICKET); }

enum { TICKET_NAME_SIZE = 16 };

// Prepares a ticket's encryption and signature with one key: its name, then equal parts for the two.
static bool use_ticket_key(
    const struct extras *extras, size_t number, unsigned char *place, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *signature,
    int is_new) {
    uint8_t *key = extras->ticket_keys + number * extras->ticket_key_size;
    size_t half = (extras->ticket_key_size - TICKET_NAME_SIZE) / 2;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key + TICKET_NAME_SIZE, half),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_construct_end()};
    const EVP_CIPHER *kind = half == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
    return EVP_CipherInit_ex2(cipher, kind, key + TICKET_NAME_SIZE + half, place, is_new, NULL) == 1 &&
           EVP_MAC_CTX_set_params(signature, parameters) == 1;
}

static int ticket_key(
    SSL *stream, unsigned char *name, unsigned char *place, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *signature, int is_new) {
    const struct extras *extras = extras_of(SSL_get_SSL_CTX(stream));
    size_t current = extras->ticket_key_count - 2;
    if (is_new) {
        if (RAND_bytes(place, EVP_MAX_IV_LENGTH) != 1) return -1;
        memcpy(name, extras->ticket_keys + current * extras->ticket_key_size, TICKET_NAME_SIZE);
        return use_ticket_key(extras, current, place, cipher, signature, 1) ? 1 : -1;
    }
    for (size_t number = 0; number < extras->ticket_key_count; number++) {
        if (memcmp(name, extras->ticket_keys + number * extras->ticket_key_size, TICKET_NAME_SIZE) != 0) continue;
        if (!use_ticket_key(extras, number, place, cipher, signature, 0)) return -1;
        // A ticket of an older key is replaced.
        return number == current ? 1 : 2;
    }
    return 0;
}

bool supervise_tls_share_tickets(
    SSL_CTX *context, const uint8_t *keys, size_t count, size_t size, const uint8_t *demands, size_t length) {
    struct extras *extras = extras_of(context);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    extras->ticket_keys = malloc(count * size);
    if (extras->ticket_keys == NULL) return false;
    memcpy(extras->ticket_keys, keys, count * size);
    extras->ticket_key_count = count;
    extras->ticket_key_size = size;
    return EVP_Digest(demands, length, digest, &digest_length, EVP_sha256(), NULL) == 1 &&
           SSL_CTX_set_session_id_context(context, digest, SSL_MAX_SID_CTX_LENGTH) == 1 &&
           SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key) == 1;
}

static int choose_protocol(
    SSL *stream, const unsigned char **out, unsigned char *out_length, const unsigned char *in, unsigned in_length,
    void *argument) {
    (void)stream;
    const struct extras *extras = argument;
    unsigned char *chosen = NULL;
    int result = SSL_select_next_proto(
        &chosen, out_length, extras->protocols, (unsigned)extras->protocols_length, in, in_length);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

bool supervise_tls_set_protocols(SSL_CTX *context, const uint8_t *list, size_t length, bool is_server) {
    if (!is_server) return SSL_CTX_set_alpn_protos(context, list, (unsigned)length) == 0;
    struct extras *extras = extras_of(context);
    uint8_t *copy = malloc(length);
    if (copy == NULL) return false;
    memcpy(copy, list, length);
    free(extras->protocols);
    extras->protocols = copy;
    extras->protocols_length = length;
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, extras);
    return true;
}

bool supervise_tls_use_parameters(SSL_CTX *context, const void *pem, size_t length) {
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    if (bio == NULL) return false;
    EVP_PKEY *parameters = PEM_read_bio_Parameters(bio, NULL);
    BIO_free(bio);
    if (parameters == NULL) return false;
    if (EVP_PKEY_is_a(parameters, "DH") && SSL_CTX_set0_tmp_dh_pkey(context, parameters)) return true;
    EVP_PKEY_free(parameters);
    return false;
}

void supervise_tls_use_automatic_parameters(SSL_CTX *context) { SSL_CTX_set_dh_auto(context, 1); }

// A key behind a passphrase can't be had: there is nobody to ask.
static int no_passphrase(char *buffer, int size, int is_writing, void *argument) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)argument;
    return -1;
}

static int use_chain(SSL_CTX *context, BIO *bio) {
    X509 *certificate;
    while ((certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        if (SSL_CTX_add0_chain_cert(context, certificate) != 1) {
            X509_free(certificate);
            return SUPERVISE_TLS_REFUSED;
        }
    }
    // The end of the text is no failure, a damaged certificate is one.
    unsigned long error = ERR_peek_last_error();
    bool is_end = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    if (!is_end) return SUPERVISE_TLS_REFUSED;
    ERR_clear_error();
    return SUPERVISE_TLS_FINE;
}

int supervise_tls_use_certificate(SSL_CTX *context, const void *pem, size_t length, const void *key, size_t key_length) {
    ERR_clear_error();
    BIO *key_bio = BIO_new_mem_buf(key, (int)key_length);
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    EVP_PKEY *private_key = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, no_passphrase, NULL) : NULL;
    X509 *certificate = bio ? PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL) : NULL;
    int result = SUPERVISE_TLS_FINE;
    if (certificate == NULL) {
        result = SUPERVISE_TLS_NO_CERTIFICATE;
    } else if (private_key == NULL) {
        result = SUPERVISE_TLS_NO_KEY;
    } else if (X509_check_private_key(certificate, private_key) != 1) {
        result = SUPERVISE_TLS_WRONG_KEY;
    } else if (
        SSL_CTX_use_certificate(context, certificate) != 1 || SSL_CTX_use_PrivateKey(context, private_key) != 1) {
        result = SUPERVISE_TLS_REFUSED;
    } else {
        ERR_clear_error();
        result = use_chain(context, bio);
    }
    X509_free(certificate);
    EVP_PKEY_free(private_key);
    BIO_free(bio);
    BIO_free(key_bio);
    return result;
}

// MARK: Verification

static bool contains(const supervise_tls_errors *errors, int error) {
    return error >= 0 && error < 128 && (errors->bits[error / 64] >> (error % 64) & 1);
}

static int verified(int is_fine, X509_STORE_CTX *state) {
    if (is_fine) return 1;
    const SSL *stream = X509_STORE_CTX_get_ex_data(state, SSL_get_ex_data_X509_STORE_CTX_idx());
    const struct extras *extras = extras_of(SSL_get_SSL_CTX(stream));
    int error = X509_STORE_CTX_get_error(state);
    int depth = X509_STORE_CTX_get_error_depth(state);
    struct port *port = port_of(stream);
    if (depth > 0 && port->seen_authority_error == 0) {
        port->seen_authority_error = error;
        port->seen_authority_depth = depth;
    } else if (depth == 0 && port->seen_error == 0) {
        port->seen_error = error;
    }
    if (contains(depth > 0 ? &extras->ignored_of_authorities : &extras->ignored_of_peer, error)) {
        // The error stays the connection's result, for those who ask for it.
        ERR_clear_error();
        return 1;
    }
    port->verify_error = error;
    port->verify_depth = depth;
    return 0;
}

void supervise_tls_verify(
    SSL_CTX *context, int mode, supervise_tls_errors ignored_of_authorities, supervise_tls_errors ignored_of_peer) {
    struct extras *extras = extras_of(context);
    extras->ignored_of_authorities = ignored_of_authorities;
    extras->ignored_of_peer = ignored_of_peer;
    int flags = SSL_VERIFY_NONE;
    if (mode == SUPERVISE_TLS_VERIFY_OPTIONAL) flags = SSL_VERIFY_PEER;
    if (mode == SUPERVISE_TLS_VERIFY_REQUIRED) flags = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, flags, verified);
}

static STACK_OF(X509_INFO) *entries(const void *pem, size_t length) {
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    STACK_OF(X509_INFO) *entries = bio ? PEM_X509_INFO_read_bio(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return entries;
}

int supervise_tls_add_authorities(SSL_CTX *context, const void *pem, size_t length, bool is_announced) {
    STACK_OF(X509_INFO) *found = entries(pem, length);
    if (found == NULL) return -1;
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    int count = 0;
    for (int index = 0; index < sk_X509_INFO_num(found) && count >= 0; index++) {
        X509 *certificate = sk_X509_INFO_value(found, index)->x509;
        if (certificate == NULL) continue;
        bool is_taken = X509_STORE_add_cert(store, certificate) == 1;
        if (is_taken && is_announced) is_taken = SSL_CTX_add_client_CA(context, certificate) == 1;
        count = is_taken ? count + 1 : -1;
    }
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    return count;
}

int supervise_tls_add_revocations(SSL_CTX *context, const void *pem, size_t length) {
    STACK_OF(X509_INFO) *found = entries(pem, length);
    if (found == NULL) return -1;
    X509_STORE *store = SSL_CTX_get_cert_store(context);
    int count = 0;
    for (int index = 0; index < sk_X509_INFO_num(found) && count >= 0; index++) {
        X509_CRL *list = sk_X509_INFO_value(found, index)->crl;
        if (list == NULL) continue;
        count = X509_STORE_add_crl(store, list) == 1 ? count + 1 : -1;
    }
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    if (count > 0) X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return count;
}

bool supervise_tls_use_system_authorities(SSL_CTX *context) { return SSL_CTX_set_default_verify_paths(context) == 1; }

// MARK: A certificate's own data

static void tell_alternative_names(
    X509 *certificate, void *owner, void (*name)(void *owner, const uint8_t *text, size_t length)) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        const GENERAL_NAME *entry = sk_GENERAL_NAME_value(names, index);
        if (entry->type != GEN_DNS) continue;
        const ASN1_STRING *text = entry->d.dNSName;
        name(owner, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
    }
    GENERAL_NAMES_free(names);
}

static void tell_common_names(
    X509 *certificate, void *owner, void (*name)(void *owner, const uint8_t *text, size_t length)) {
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int index = -1;
    while ((index = X509_NAME_get_index_by_NID(subject, NID_commonName, index)) != -1) {
        unsigned char *text = NULL;
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
        int length = ASN1_STRING_to_UTF8(&text, value);
        if (length >= 0) name(owner, text, (size_t)length);
        OPENSSL_free(text);
    }
}

static int kind_of(const EVP_PKEY *key) {
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return SUPERVISE_TLS_KEY_RSA;
    case EVP_PKEY_EC: return SUPERVISE_TLS_KEY_ECDSA;
    default: return SUPERVISE_TLS_KEY_OTHER;
    }
}

static int64_t seconds(const ASN1_TIME *time) {
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

bool supervise_tls_describe(
    const void *pem, size_t length, supervise_tls_certificate *description, void *owner,
    void (*name)(void *owner, const uint8_t *text, size_t length)) {
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate = bio ? PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    if (certificate == NULL) return false;
    description->key_kind = kind_of(X509_get0_pubkey(certificate));
    description->not_before = seconds(X509_get0_notBefore(certificate));
    description->not_after = seconds(X509_get0_notAfter(certificate));
    unsigned size = sizeof description->fingerprint;
    bool is_fine = X509_digest(certificate, EVP_sha256(), description->fingerprint, &size) == 1;
    tell_alternative_names(certificate, owner, name);
    tell_common_names(certificate, owner, name);
    X509_free(certificate);
    return is_fine;
}

// MARK: What people read of certificates

typedef void (*teller)(void *owner, int certificate, int field, const uint8_t *text, size_t length);

static void tell(BIO *text, void *owner, int certificate, int field, teller teller) {
    const uint8_t *bytes = NULL;
    long length = BIO_get_mem_data(text, &bytes);
    teller(owner, certificate, field, bytes, length > 0 ? (size_t)length : 0);
    (void)BIO_reset(text);
}

static void print_hexadecimal(BIO *text, const uint8_t *bytes, int length) {
    for (int index = 0; index < length; index++) BIO_printf(text, "%02X", bytes[index]);
}

static void print_algorithm(BIO *text, X509 *certificate) {
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (key == NULL) return;
    const char *name = "";
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: name = "RSA"; break;
    case EVP_PKEY_EC: name = "EC"; break;
    case EVP_PKEY_DSA: name = "DSA"; break;
    default: name = OBJ_nid2sn(EVP_PKEY_get_base_id(key));
    }
    BIO_printf(text, "%s%d", name, EVP_PKEY_get_bits(key));
}

static void print_name(BIO *text, const X509_NAME *name) {
    char *line = X509_NAME_oneline(name, NULL, 0);
    if (line) BIO_puts(text, line);
    OPENSSL_free(line);
}

static void print_certificate(BIO *text, X509 *certificate, int number, void *owner, teller teller) {
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
    print_hexadecimal(text, ASN1_STRING_get0_data(serial), ASN1_STRING_length(serial));
    tell(text, owner, number, SUPERVISE_TLS_SERIAL, teller);
    ASN1_TIME_print(text, X509_get0_notBefore(certificate));
    tell(text, owner, number, SUPERVISE_TLS_NOT_BEFORE, teller);
    ASN1_TIME_print(text, X509_get0_notAfter(certificate));
    tell(text, owner, number, SUPERVISE_TLS_NOT_AFTER, teller);
    int position = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
    if (position >= 0) X509V3_EXT_print(text, X509_get_ext(certificate, position), 0, 0);
    tell(text, owner, number, SUPERVISE_TLS_ALTERNATIVE_NAMES, teller);
    print_algorithm(text, certificate);
    tell(text, owner, number, SUPERVISE_TLS_ALGORITHM, teller);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = sizeof digest;
    if (X509_digest(certificate, EVP_sha1(), digest, &length) == 1) print_hexadecimal(text, digest, (int)length);
    tell(text, owner, number, SUPERVISE_TLS_SHA1, teller);
    print_name(text, X509_get_subject_name(certificate));
    tell(text, owner, number, SUPERVISE_TLS_SUBJECT, teller);
    print_name(text, X509_get_issuer_name(certificate));
    tell(text, owner, number, SUPERVISE_TLS_ISSUER, teller);
}

int supervise_tls_print(const void *pem, size_t length, void *owner, teller teller) {
    ERR_clear_error();
    BIO *input = BIO_new_mem_buf(pem, (int)length);
    BIO *text = BIO_new(BIO_s_mem());
    int count = 0;
    X509 *certificate = NULL;
    while (input && text && (certificate = PEM_read_bio_X509_AUX(input, NULL, no_passphrase, NULL)) != NULL) {
        print_certificate(text, certificate, count, owner, teller);
        X509_free(certificate);
        count += 1;
    }
    BIO_free(text);
    BIO_free(input);
    ERR_clear_error();
    return count;
}

void supervise_tls_take_error(char *text, size_t size) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    if (size > 0) {
        text[0] = 0;
        strncat(text, reason ? reason : "", size - 1);
    }
    ERR_clear_error();
}

// MARK: Choice by name

// The name in a client's first message: RFC 6066, section 3.
static const uint8_t *asked_name(SSL *stream, size_t *length) {
    const unsigned char *bytes;
    size_t count;
    if (!SSL_client_hello_get0_ext(stream, TLSEXT_TYPE_server_name, &bytes, &count) || count < 5) return NULL;
    size_t list = (size_t)bytes[0] << 8 | bytes[1];
    size_t name = (size_t)bytes[3] << 8 | bytes[4];
    if (list != count - 2 || bytes[2] != TLSEXT_NAMETYPE_host_name || name == 0 || name > count - 5) return NULL;
    *length = name;
    return bytes + 5;
}

// Whether a certificate with an elliptic curve's key is of use to the client: RFC 8446, section 4.2.3, and its ciphers.
static bool takes_ecdsa(SSL *stream) {
    const unsigned char *bytes;
    size_t count;
    if (SSL_client_hello_get0_ext(stream, TLSEXT_TYPE_signature_algorithms, &bytes, &count)) {
        bool has_algorithm = false;
        for (size_t index = 2; index + 1 < count; index += 2) has_algorithm |= bytes[index + 1] == 3;
        if (!has_algorithm) return false;
    }
    count = SSL_client_hello_get0_ciphers(stream, &bytes);
    for (size_t index = 0; index + 1 < count; index += 2) {
        const SSL_CIPHER *cipher = SSL_CIPHER_find(stream, bytes + index);
        if (cipher == NULL) continue;
        // Those of TLS 1.3, 0x1301 and on, go with every kind of key.
        if (bytes[index] == 0x13 || SSL_CIPHER_get_auth_nid(cipher) == NID_auth_ecdsa) return true;
    }
    return false;
}

static int client_said_hello(SSL *stream, int *alert, void *argument) {
    const struct extras *extras = argument;
    size_t length = 0;
    const uint8_t *name = asked_name(stream, &length);
    SSL_CTX *context = extras->choice(extras->owner, name, length, takes_ecdsa(stream));
    if (context == NULL) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_CLIENT_HELLO_ERROR;
    }
    if (context == SSL_get_SSL_CTX(stream)) return SSL_CLIENT_HELLO_SUCCESS;
    // What a stream took over from its first context is not changed by taking another one.
    SSL_set_verify(stream, SSL_CTX_get_verify_mode(context), verified);
    STACK_OF(X509_NAME) *authorities = SSL_dup_CA_list(SSL_CTX_get_client_CA_list(context));
    if (authorities != NULL) SSL_set_client_CA_list(stream, authorities);
    SSL_set_min_proto_version(stream, SSL_CTX_get_min_proto_version(context));
    SSL_set_max_proto_version(stream, SSL_CTX_get_max_proto_version(context));
    SSL_set_SSL_CTX(stream, context);
    return SSL_CLIENT_HELLO_SUCCESS;
}

// With somebody to answer it, the name is kept with the session, and known again when that is resumed.
static int name_is_known(SSL *stream, int *alert, void *argument) {
    (void)alert;
    (void)argument;
    return SSL_get_servername(stream, TLSEXT_NAMETYPE_host_name) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void supervise_tls_choose_by_name(SSL_CTX *context, supervise_tls_choice choice, void *owner) {
    struct extras *extras = extras_of(context);
    extras->choice = choice;
    extras->owner = owner;
    SSL_CTX_set_client_hello_cb(context, client_said_hello, extras);
    SSL_CTX_set_tlsext_servername_callback(context, name_is_known);
}

// MARK: Streams

SSL *supervise_tls_make_stream(SSL_CTX *context, int descriptor, bool is_server) {
    SSL *stream = SSL_new(context);
    BIO *bio = BIO_new(port_method);
    struct port *port = calloc(1, sizeof *port);
    if (stream == NULL || bio == NULL || port == NULL) {
        free(port);
        BIO_free(bio);
        SSL_free(stream);
        ERR_clear_error();
        return NULL;
    }
    port->descriptor = descriptor;
    BIO_set_data(bio, port);
    BIO_set_init(bio, 1);
    // One reference serves both directions.
    SSL_set_bio(stream, bio, bio);
    if (is_server) {
        SSL_set_accept_state(stream);
    } else {
        SSL_set_connect_state(stream);
    }
    return stream;
}

void supervise_tls_free_stream(SSL *stream) { SSL_free(stream); }

bool supervise_tls_set_names(SSL *stream, const char *asked, const char *verified) {
    if (asked != NULL && SSL_set_tlsext_host_name(stream, asked) != 1) return false;
    return verified == NULL || SSL_set1_host(stream, verified) == 1;
}

bool supervise_tls_offer_protocols(SSL *stream, const uint8_t *list, size_t length) {
    return SSL_set_alpn_protos(stream, list, (unsigned)length) == 0;
}

bool supervise_tls_resume(SSL *stream, SSL_SESSION *session) { return SSL_set_session(stream, session) == 1; }

SSL_SESSION *supervise_tls_take_session(SSL *stream) {
    if (port_of(stream)->has_failed || !SSL_is_init_finished(stream)) return NULL;
    SSL_SESSION *session = SSL_get1_session(stream);
    if (session == NULL || SSL_SESSION_is_resumable(session)) return session;
    SSL_SESSION_free(session);
    return NULL;
}

void supervise_tls_free_session(SSL_SESSION *session) { SSL_SESSION_free(session); }

// Why an operation did not succeed; the queue of errors, which all streams of a thread share, was empty before.
static int outcome(SSL *stream, int result) {
    switch (SSL_get_error(stream, result)) {
    case SSL_ERROR_WANT_READ: return SUPERVISE_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return SUPERVISE_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return SUPERVISE_TLS_ENDED;
    default: {
        struct port *port = port_of(stream);
        port->has_failed = true;
        if (port->reason == 0) port->reason = ERR_peek_error();
        ERR_clear_error();
        return SUPERVISE_TLS_FAILED;
    }
    }
}

int supervise_tls_handshake(SSL *stream) {
    ERR_clear_error();
    int result = SSL_do_handshake(stream);
    return result == 1 ? 1 : outcome(stream, result);
}

ssize_t supervise_tls_read(SSL *stream, void *bytes, size_t count) {
    ERR_clear_error();
    size_t taken = 0;
    int result = SSL_read_ex(stream, bytes, count, &taken);
    return result == 1 ? (ssize_t)taken : outcome(stream, result);
}

ssize_t supervise_tls_write(SSL *stream, const void *bytes, size_t count) {
    ERR_clear_error();
    size_t taken = 0;
    int result = SSL_write_ex(stream, bytes, count, &taken);
    if (result == 1) return (ssize_t)taken;
    int reason = outcome(stream, result);
    // A peer that has ended takes nothing more.
    return reason == SUPERVISE_TLS_ENDED ? SUPERVISE_TLS_FAILED : reason;
}

bool supervise_tls_has_unread(const SSL *stream) { return SSL_has_pending(stream); }

void supervise_tls_end(SSL *stream) {
    if (port_of(stream)->has_failed || !SSL_is_init_finished(stream)) return;
    ERR_clear_error();
    SSL_shutdown(stream);
    ERR_clear_error();
}

supervise_tls_trouble supervise_tls_trouble_of(const SSL *stream) {
    const struct port *port = port_of(stream);
    return (supervise_tls_trouble){port->error, port->has_ended, port->verify_error, port->verify_depth};
}

const char *supervise_tls_verify_text(int error) { return X509_verify_cert_error_string(error); }

const char *supervise_tls_version(const SSL *stream) { return SSL_get_version(stream); }

const char *supervise_tls_cipher(const SSL *stream) { return SSL_get_cipher_name(stream); }

const char *supervise_tls_server_name(const SSL *stream) {
    return SSL_get_servername(stream, TLSEXT_NAMETYPE_host_name);
}

void supervise_tls_protocol(const SSL *stream, const uint8_t **name, unsigned *length) {
    SSL_get0_alpn_selected(stream, name, length);
}

bool supervise_tls_is_resumed(const SSL *stream) { return SSL_session_reused(stream); }

bool supervise_tls_has_peer_certificate(const SSL *stream) { return SSL_get0_peer_certificate(stream) != NULL; }

uint32_t supervise_tls_verify_result(const SSL *stream) { return (uint32_t)SSL_get_verify_result(stream); }

size_t supervise_tls_peer_name(const SSL *stream, uint8_t *text, size_t size) {
    X509 *certificate = SSL_get0_peer_certificate(stream);
    if (certificate == NULL) return 0;
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (place < 0) return 0;
    const ASN1_STRING *name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
    size_t length = (size_t)ASN1_STRING_length(name);
    if (length > size) length = size;
    memcpy(text, ASN1_STRING_get0_data(name), length);
    return length;
}

const char *supervise_tls_own_signature(const SSL *stream) {
    const X509 *certificate = SSL_get_certificate(stream);
    return certificate == NULL ? NULL : OBJ_nid2sn(X509_get_signature_nid(certificate));
}

int supervise_tls_own_key(const SSL *stream, int *bits) {
    X509 *certificate = SSL_get_certificate(stream);
    EVP_PKEY *key = certificate == NULL ? NULL : X509_get0_pubkey(certificate);
    *bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
    return key == NULL ? SUPERVISE_TLS_KEY_OTHER : kind_of(key);
}

bool supervise_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *bytes, size_t length, uint8_t *code) {
    unsigned written = 0;
    return HMAC(EVP_sha256(), key, (int)key_length, bytes, length, code, &written) != NULL && written == 32;
}

// MARK: Digests

_Static_assert(EVP_MAX_MD_SIZE <= SUPERVISE_LONGEST_DIGEST, "a digest fits");

bool supervise_digest_exists(const char *name) { return EVP_get_digestbyname(name) != NULL; }

ssize_t supervise_digest(const char *name, const void *bytes, size_t count, uint8_t *digest) {
    const EVP_MD *kind = EVP_get_digestbyname(name);
    unsigned length = 0;
    if (!kind || EVP_Digest(bytes, count, digest, &length, kind, NULL) != 1) return 0;
    return length;
}

ssize_t supervise_authentication_code(
    const char *name, const void *key, size_t key_length, const void *bytes, size_t count, uint8_t *code) {
    const EVP_MD *kind = EVP_get_digestbyname(name);
    unsigned length = 0;
    // Without a place to look, no key would mean the one of the call before.
    if (!kind || !HMAC(kind, key ? key : "", (int)key_length, bytes, count, code, &length)) return 0;
    return length;
}
