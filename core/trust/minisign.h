// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// minisign's files: public keys, secret keys and signatures as minisign 0.11 reads and writes them
// (jedisct1.github.io/minisign, "Signature format"). A signature is over the BLAKE2b-512 of the
// bytes ("ED", what is written here) or over the bytes themselves ("Ed", read as well); a second
// one covers the trusted comment.
#ifndef PORTRAIT_TRUST_MINISIGN_H
#define PORTRAIT_TRUST_MINISIGN_H

#include "signing.h"

#define MINISIGN_ID_BYTES 8
#define MINISIGN_ID_HEX 17                   // with NUL; as minisign prints it
#define MINISIGN_FILE_MAX ((size_t)16 << 10) // bytes of any such file

struct minisign_public {
    uint8_t id[MINISIGN_ID_BYTES];
    uint8_t key[ED25519_KEY_BYTES];
};

struct minisign_secret {
    uint8_t id[MINISIGN_ID_BYTES];
    uint8_t seed[ED25519_SEED_BYTES];
    uint8_t key[ED25519_KEY_BYTES];
};

struct minisign_signature {
    bool is_prehashed;
    uint8_t id[MINISIGN_ID_BYTES];
    uint8_t bytes[ED25519_SIGNATURE_BYTES];
    struct text comment; // the trusted one; borrowed from the file's text
    uint8_t global[ED25519_SIGNATURE_BYTES];
};

// All readers: PT_E_DATA tells what is wrong with the text.
pt_status minisign_read_public(struct text file, struct minisign_public *out, struct pt_error *err);
pt_status minisign_read_signature(struct text file, struct minisign_signature *out,
                                  struct pt_error *err);
// `password` is for an encrypted key; {NULL, 0} = none was given. PT_E_DENIED: it is needed, or it
// is wrong. Wipe the result by explicit_bzero.
pt_status minisign_read_secret(struct text file, struct text password, struct minisign_secret *out,
                               struct pt_error *err);
// PT_E_DENIED when the signature is not the key's, or not over these bytes and its comment.
pt_status minisign_verify(const struct minisign_public *key,
                          const struct minisign_signature *signature, struct text data,
                          struct pt_error *err);
// Appends a signature file over `data`; the comment is one line.
pt_status minisign_sign(const struct minisign_secret *key, struct text data, const char *comment,
                        struct str *out, struct pt_error *err);
void minisign_id_hex(const uint8_t id[MINISIGN_ID_BYTES], char out[MINISIGN_ID_HEX]);

#endif
