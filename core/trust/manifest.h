// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The manifest of a plugin, NAME.manifest beside NAME.so: which plugin it is, the SHA-256 of its
// file on each platform, what it may reach. JSON, strict: docs/plugins/trust.md lists the keys.
#ifndef PORTRAIT_TRUST_MANIFEST_H
#define PORTRAIT_TRUST_MANIFEST_H

#include "arena.h"
#include "digest.h"
#include "error.h"
#include "json.h"

#define MANIFEST_FILE_MAX ((size_t)64 << 10)
#define MANIFEST_MOST 64 // platforms, paths, hosts
#define MANIFEST_SUFFIX ".manifest"

struct manifest_file {
    const char *platform; // "linux-x86_64"
    char sha256[SHA256_HEX];
};

struct manifest {
    const char *id;
    const char *version;
    uint16_t abi_major;
    uint16_t abi_minor;
    const char *license;
    struct manifest_file *files; // by platform, in byte order
    size_t n_files;
    const char **reads; // absolute paths it may read, files or folders
    size_t n_reads;
    const char **hosts; // host or host:port it may call through the host's http
    size_t n_hosts;
};

// Texts are copied into the arena. PT_E_DATA tells which key is wrong.
pt_status manifest_parse(struct text json, struct arena *arena, struct manifest *out,
                         struct pt_error *err);
// Appends the JSON, ending in a newline.
pt_status manifest_write(const struct manifest *m, struct str *out, struct pt_error *err);
const char *manifest_platform(void); // this machine's
// The file's SHA-256 on a platform, or NULL.
const char *manifest_sha256(const struct manifest *m, const char *platform);
// Path of the manifest beside a plugin file (…/NAME.so); NULL when memory is out.
const char *manifest_path(const char *plugin, struct arena *arena);

#endif
