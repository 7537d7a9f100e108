// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A file is a comment line and a line of base64; a signature has a second such pair. minisign keeps
// with a secret key its BLAKE2b-256, which libcrypto 3.0 cannot make; that the seed gives the
// public half stored with it tells a wrong password as surely.
#include "minisign.h"

#include <string.h>

#include "digest.h"

#define COMMENT_HEAD "untrusted comment: "
#define TRUSTED_HEAD "trusted comment: "
#define COMMENT_MAX 1024
#define TRUSTED_MAX 8192
#define SALT_BYTES 32
#define SEALED_BYTES (MINISIGN_ID_BYTES + ED25519_SEED_BYTES + ED25519_KEY_BYTES + 32)
#define SCRYPT_MEMORY_MAX (((uint64_t)1 << 30) + ((uint64_t)1 << 20))
#define SCRYPT_OPERATIONS_LEAST 32768

struct secret_bytes {
    char algorithm[2];  // Ed
    char derivation[2]; // Sc, or two zero bytes: not encrypted
    char checksum[2];   // B2
    uint8_t salt[SALT_BYTES];
    uint8_t operations[8]; // little-endian, as the next
    uint8_t memory[8];
    uint8_t sealed[SEALED_BYTES]; // id, seed, public key, checksum
};

struct public_bytes {
    char algorithm[2];
    uint8_t id[MINISIGN_ID_BYTES];
    uint8_t key[ED25519_KEY_BYTES];
};

struct signature_bytes {
    char algorithm[2];
    uint8_t id[MINISIGN_ID_BYTES];
    uint8_t bytes[ED25519_SIGNATURE_BYTES];
};

// Cuts the next line off; a carriage return at its end is no part of it.
static bool take_line(struct text *rest, struct text *line)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    size_t n = end == NULL ? rest->n : (size_t)(end - rest->p);
    if (rest->n == 0) {
        return false;
    }
    *line = text_n(rest->p, n > 0 && rest->p[n - 1] == '\r' ? n - 1 : n);
    size_t used = end == NULL ? n : n + 1;
    *rest = text_n(rest->p + used, rest->n - used);
    return true;
}

static pt_status take_comment(struct text *rest, const char *head, size_t most, struct text *out,
                              struct pt_error *err)
{
    struct text line;
    if (!take_line(rest, &line) || !text_starts(line, head)) {
        FAIL(err, PT_E_DATA, "a line that begins with `%s` is missing", head);
    }
    *out = text_n(line.p + strlen(head), line.n - strlen(head));
    if (out->n > most) {
        FAIL(err, PT_E_DATA, "a comment is longer than %zu bytes", most);
    }
    return PT_OK;
}

static pt_status take_bytes(struct text *rest, void *out, size_t size, struct pt_error *err)
{
    struct text line;
    struct str bytes = {0};
    bool is_good = take_line(rest, &line) && line.n <= 2 * size + 4 &&
                   base64_decode(line, &bytes) && bytes.n == size;
    if (is_good) {
        memcpy(out, bytes.p, size);
    }
    if (bytes.p != NULL) {
        explicit_bzero(bytes.p, bytes.n);
    }
    bool is_full = bytes.failed;
    str_release(&bytes);
    if (is_full) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read a key or signature");
    }
    if (!is_good) {
        FAIL(err, PT_E_DATA, "a line is not the base64 of %zu bytes", size);
    }
    return PT_OK;
}

// Nothing but empty lines may follow.
static pt_status take_end(struct text rest, struct pt_error *err)
{
    if (text_trim(rest).n != 0) {
        FAIL(err, PT_E_DATA, "there is more text than one key or signature has");
    }
    return PT_OK;
}

pt_status minisign_read_public(struct text file, struct minisign_public *out, struct pt_error *err)
{
    struct text comment;
    struct public_bytes bytes;
    TRY(take_comment(&file, COMMENT_HEAD, COMMENT_MAX, &comment, err));
    TRY(take_bytes(&file, &bytes, sizeof bytes, err));
    TRY(take_end(file, err));
    if (memcmp(bytes.algorithm, "Ed", 2) != 0) {
        FAIL(err, PT_E_DATA, "it is no Ed25519 public key");
    }
    memcpy(out->id, bytes.id, sizeof out->id);
    memcpy(out->key, bytes.key, sizeof out->key);
    return PT_OK;
}

pt_status minisign_read_signature(struct text file, struct minisign_signature *out,
                                  struct pt_error *err)
{
    struct text untrusted;
    struct signature_bytes bytes;
    struct minisign_signature read = {0};
    TRY(take_comment(&file, COMMENT_HEAD, COMMENT_MAX, &untrusted, err));
    TRY(take_bytes(&file, &bytes, sizeof bytes, err));
    TRY(take_comment(&file, TRUSTED_HEAD, TRUSTED_MAX, &read.comment, err));
    TRY(take_bytes(&file, read.global, sizeof read.global, err));
    TRY(take_end(file, err));
    read.is_prehashed = memcmp(bytes.algorithm, "ED", 2) == 0;
    if (!read.is_prehashed && memcmp(bytes.algorithm, "Ed", 2) != 0) {
        FAIL(err, PT_E_DATA, "it is no Ed25519 signature");
    }
    memcpy(read.id, bytes.id, sizeof read.id);
    memcpy(read.bytes, bytes.bytes, sizeof read.bytes);
    *out = read;
    return PT_OK;
}

static uint64_t little_endian(const uint8_t bytes[8])
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

// The largest power of two, at least 2, of which the double is beyond `most`; as libsodium's
// pickparams() (crypto_pwhash_scryptsalsa208sha256) finds it.
static uint64_t power_for(uint64_t most)
{
    uint64_t n = 2;
    while (n <= most / 2 && n < (uint64_t)1 << 40) {
        n *= 2;
    }
    return n;
}

// libsodium's way from its two limits to scrypt's cost.
static void set_cost(uint64_t operations, uint64_t memory, struct scrypt_request *out)
{
    if (operations < SCRYPT_OPERATIONS_LEAST) {
        operations = SCRYPT_OPERATIONS_LEAST;
    }
    out->r = 8;
    if (operations < memory / 32) {
        out->p = 1;
        out->n = power_for(operations / ((uint64_t)out->r * 4));
        return;
    }
    out->n = power_for(memory / ((uint64_t)out->r * 128));
    uint64_t most = operations / 4 / out->n;
    out->p = (uint32_t)((most > 0x3fffffff ? 0x3fffffff : most) / out->r);
}

static pt_status unseal(struct secret_bytes *key, struct text password, struct pt_error *err)
{
    uint8_t stream[SEALED_BYTES];
    struct scrypt_request request = {.password = password,
                                     .salt = {(const char *)key->salt, sizeof key->salt},
                                     .memory_bytes = SCRYPT_MEMORY_MAX};
    if (password.p == NULL) {
        FAIL(err, PT_E_DENIED, "the secret key is encrypted and no password is given");
    }
    set_cost(little_endian(key->operations), little_endian(key->memory), &request);
    pt_status status = scrypt_fill(&request, stream, sizeof stream, err);
    for (size_t i = 0; status == PT_OK && i < sizeof stream; i++) {
        key->sealed[i] ^= stream[i];
    }
    explicit_bzero(stream, sizeof stream);
    return status;
}

static pt_status take_secret(const struct secret_bytes *key, bool is_encrypted,
                             struct minisign_secret *out, struct pt_error *err)
{
    struct minisign_secret read;
    uint8_t derived[ED25519_KEY_BYTES];
    memcpy(read.id, key->sealed, sizeof read.id);
    memcpy(read.seed, key->sealed + sizeof read.id, sizeof read.seed);
    memcpy(read.key, key->sealed + sizeof read.id + sizeof read.seed, sizeof read.key);
    pt_status status = ed25519_public(read.seed, derived, err);
    if (status == PT_OK && memcmp(derived, read.key, sizeof derived) != 0) {
        status = is_encrypted
                     ? error_set(err, PT_E_DENIED, "the password of the secret key is wrong")
                     : error_set(err, PT_E_DATA, "the secret key does not fit its public half");
    }
    if (status == PT_OK) {
        *out = read;
    }
    explicit_bzero(&read, sizeof read);
    return status;
}

static pt_status open_secret(struct secret_bytes *bytes, struct text password,
                             struct minisign_secret *out, struct pt_error *err)
{
    bool is_encrypted = memcmp(bytes->derivation, "Sc", 2) == 0;
    bool is_plain = memcmp(bytes->derivation, "\0", 2) == 0;
    if (memcmp(bytes->algorithm, "Ed", 2) != 0 || memcmp(bytes->checksum, "B2", 2) != 0 ||
        (!is_encrypted && !is_plain)) {
        FAIL(err, PT_E_DATA, "it is no minisign secret key");
    }
    if (is_encrypted) {
        TRY(unseal(bytes, password, err));
    }
    return take_secret(bytes, is_encrypted, out, err);
}

pt_status minisign_read_secret(struct text file, struct text password, struct minisign_secret *out,
                               struct pt_error *err)
{
    struct text comment;
    struct secret_bytes bytes;
    TRY(take_comment(&file, COMMENT_HEAD, COMMENT_MAX, &comment, err));
    pt_status status = take_bytes(&file, &bytes, sizeof bytes, err);
    if (status == PT_OK) {
        status = take_end(file, err);
    }
    if (status == PT_OK) {
        status = open_secret(&bytes, password, out, err);
    }
    explicit_bzero(&bytes, sizeof bytes);
    return status;
}

// What the first signature is over.
static pt_status signed_bytes(struct text data, bool is_prehashed, uint8_t hash[BLAKE2B512_BYTES],
                              struct text *out, struct pt_error *err)
{
    *out = data;
    if (is_prehashed) {
        TRY(blake2b512_of(data, hash, err));
        *out = text_n((const char *)hash, BLAKE2B512_BYTES);
    }
    return PT_OK;
}

// What the second one is over: the first, then the comment.
static size_t global_bytes(const uint8_t signature[ED25519_SIGNATURE_BYTES], struct text comment,
                           char out[ED25519_SIGNATURE_BYTES + TRUSTED_MAX])
{
    memcpy(out, signature, ED25519_SIGNATURE_BYTES);
    if (comment.n > 0) {
        memcpy(out + ED25519_SIGNATURE_BYTES, comment.p, comment.n);
    }
    return ED25519_SIGNATURE_BYTES + comment.n;
}

pt_status minisign_verify(const struct minisign_public *key,
                          const struct minisign_signature *signature, struct text data,
                          struct pt_error *err)
{
    uint8_t hash[BLAKE2B512_BYTES];
    char global[ED25519_SIGNATURE_BYTES + TRUSTED_MAX];
    struct text over;
    if (memcmp(key->id, signature->id, sizeof key->id) != 0) {
        FAIL(err, PT_E_DENIED, "the signature is by another key");
    }
    TRY(signed_bytes(data, signature->is_prehashed, hash, &over, err));
    TRY(ed25519_verify(key->key, signature->bytes, over, err));
    size_t n = global_bytes(signature->bytes, signature->comment, global);
    if (ed25519_verify(key->key, signature->global, text_n(global, n), err) != PT_OK) {
        return error_prefix(err, "trusted comment");
    }
    return PT_OK;
}

static void add_base64(struct str *out, const void *bytes, size_t n)
{
    // What fails sticks in the string.
    (void)base64_encode(bytes, n, out);
    str_add_char(out, '\n');
}

static pt_status check_comment(struct text comment, struct pt_error *err)
{
    if (comment.n > TRUSTED_MAX || memchr(comment.p, '\n', comment.n) != NULL ||
        memchr(comment.p, '\r', comment.n) != NULL) {
        FAIL(err, PT_E_INVALID, "a comment is one line of at most %d bytes", TRUSTED_MAX);
    }
    return PT_OK;
}

pt_status minisign_sign(const struct minisign_secret *key, struct text data, const char *comment,
                        struct str *out, struct pt_error *err)
{
    struct signature_bytes signature = {.algorithm = {'E', 'D'}};
    uint8_t hash[BLAKE2B512_BYTES];
    uint8_t over_comment[ED25519_SIGNATURE_BYTES];
    char global[ED25519_SIGNATURE_BYTES + TRUSTED_MAX];
    char id[MINISIGN_ID_HEX];
    struct text over;
    TRY(check_comment(text_of(comment), err));
    TRY(signed_bytes(data, true, hash, &over, err));
    TRY(ed25519_sign(key->seed, over, signature.bytes, err));
    size_t n = global_bytes(signature.bytes, text_of(comment), global);
    TRY(ed25519_sign(key->seed, text_n(global, n), over_comment, err));
    memcpy(signature.id, key->id, sizeof signature.id);
    minisign_id_hex(key->id, id);
    str_addf(out, COMMENT_HEAD "signature from portrait by key %s\n", id);
    add_base64(out, &signature, sizeof signature);
    str_addf(out, TRUSTED_HEAD "%s\n", comment);
    add_base64(out, over_comment, sizeof over_comment);
    if (out->failed) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a signature");
    }
    return PT_OK;
}

void minisign_id_hex(const uint8_t id[MINISIGN_ID_BYTES], char out[MINISIGN_ID_HEX])
{
    uint8_t turned[MINISIGN_ID_BYTES];
    for (size_t i = 0; i < MINISIGN_ID_BYTES; i++) {
        turned[i] = id[MINISIGN_ID_BYTES - 1 - i];
    }
    digest_hex(turned, sizeof turned, out);
    for (char *c = out; *c != '\0'; c++) {
        *c = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
    }
}
