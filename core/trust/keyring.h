// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The keyring: a folder with a public key a file (NAME.pub, as minisign writes it) and, when
// something must not be believed any more, a file `revoked`: lines `key ID [why]` and
// `sha256 HEX [why]`. Folder and files are root's or ours and no symlinks.
#ifndef PORTRAIT_TRUST_KEYRING_H
#define PORTRAIT_TRUST_KEYRING_H

#include "minisign.h"

#define KEYRING_KEYS_MAX 1000
#define KEYRING_REVOKED_MAX ((size_t)1 << 20) // bytes of the list
#define KEYRING_REVOKED "revoked"

struct keyring;

struct keyring_key {
    const char *name; // of the file, without .pub
    struct minisign_public key;
};

// Reads the whole folder; a file that is wrong is an error naming it: a revocation that cannot be
// read must not be passed over.
pt_status keyring_open(const char *folder, struct keyring **out, struct pt_error *err);
const struct keyring_key *keyring_find(const struct keyring *ring,
                                       const uint8_t id[MINISIGN_ID_BYTES]);
// Why it is revoked ("" = no reason given); NULL = it is not. `ring` may be NULL.
const char *keyring_revokes_key(const struct keyring *ring, const uint8_t id[MINISIGN_ID_BYTES]);
const char *keyring_revokes_file(const struct keyring *ring, const char *sha256);
void keyring_free(struct keyring *ring); // NULL is fine

#endif
