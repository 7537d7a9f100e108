// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Trust: may this plugin file be believed, and in whose name? Told from its hash, the manifest
// beside it, the manifest's signature and the keyring, before any code of it runs.
#ifndef PORTRAIT_TRUST_TRUST_H
#define PORTRAIT_TRUST_TRUST_H

#include "keyring.h"
#include "lock_file.h"
#include "manifest.h"

#define TRUST_SIGNATURE_SUFFIX ".minisig" // after the manifest's name

enum trust_level {
    TRUST_UNSIGNED, // nobody we know vouches for it
    TRUST_SIGNED,   // its manifest is signed by a key of the keyring
};

// What is known of a file that was opened, hashed and whose note was read.
struct trust_subject {
    const char *path; // absolute, ends in .so
    const char *sha256;
    const char *id; // by its note, as the next two
    uint16_t abi_major;
    uint16_t abi_minor;
};

struct trust_verdict {
    enum trust_level level;
    const char *reason; // why it counts as unsigned; NULL when signed
    const char *signer; // the key's name in the keyring; NULL when unsigned
    char key_id[MINISIGN_ID_HEX];
    bool has_manifest;
    struct manifest manifest; // what an unsigned one says is the plugin's word only
};

// PT_E_DENIED when it must not be used whatever the operator says: file or key is revoked, the
// manifest is another file's, a signature does not hold, or files anybody could have written.
// PT_E_DATA when manifest or signature cannot be understood. `ring` may be NULL. What the verdict
// names is in the arena or the keyring.
pt_status trust_judge(const struct keyring *ring, const struct trust_subject *subject,
                      struct arena *arena, struct trust_verdict *out, struct pt_error *err);

#endif
