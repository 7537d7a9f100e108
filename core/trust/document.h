// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What manifests and lock files share: JSON objects with known keys only, each at most once, and
// the forms of the texts in them. Private to core/trust.
#ifndef PORTRAIT_TRUST_DOCUMENT_H
#define PORTRAIT_TRUST_DOCUMENT_H

#include "arena.h"
#include "digest.h"
#include "error.h"
#include "json.h"

#define DOCUMENT_ID_MAX 64
#define DOCUMENT_VERSION_MAX 64

// `keys` ends with NULL. PT_E_DATA: no object, an unknown key, a key twice. `what` names it.
pt_status document_object(const struct json *object, const char *const *keys, const char *what,
                          struct pt_error *err);
// The text under `key`, not empty, at most `most` bytes, no control characters; copied.
pt_status document_text(const struct json *object, const char *key, size_t most,
                        struct arena *arena, const char **out, struct pt_error *err);
// True when `text` is 1 to `most` bytes out of `allowed`.
bool document_is_name(const char *text, const char *allowed, size_t most);
// id and version, of the forms every plugin's have.
pt_status document_identity(const struct json *object, struct arena *arena, const char **id,
                            const char **version, struct pt_error *err);
// 64 lower-case hex digits.
bool document_is_sha256(const char *text);

#endif
