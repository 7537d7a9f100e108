// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "trust.h"

#include "owned.h"

static pt_status check_revoked(const struct keyring *ring, const struct trust_subject *s,
                               struct pt_error *err)
{
    const char *why = keyring_revokes_file(ring, s->sha256);
    if (why != NULL) {
        FAIL(err, PT_E_DENIED, "its file is revoked%s%s", *why == '\0' ? "" : ": ", why);
    }
    return PT_OK;
}

// The manifest must be this file's: what it says is known from the bytes already.
static pt_status check_manifest(const struct manifest *m, const struct trust_subject *s,
                                struct pt_error *err)
{
    const char *sha256 = manifest_sha256(m, manifest_platform());
    if (sha256 == NULL) {
        FAIL(err, PT_E_DENIED, "its manifest knows no file for %s", manifest_platform());
    }
    if (strcmp(sha256, s->sha256) != 0) {
        FAIL(err, PT_E_DENIED, "its manifest is of other bytes: %s, these are %s", sha256,
             s->sha256);
    }
    if (strcmp(m->id, s->id) != 0 || m->abi_major != s->abi_major || m->abi_minor != s->abi_minor) {
        FAIL(err, PT_E_DENIED, "its manifest says %s for ABI %u.%u, its file %s for ABI %u.%u",
             m->id, m->abi_major, m->abi_minor, s->id, s->abi_major, s->abi_minor);
    }
    return PT_OK;
}

static pt_status judge_signature(const struct keyring *ring, struct text file, struct text data,
                                 struct trust_verdict *v, struct pt_error *err)
{
    struct minisign_signature signature;
    TRY(minisign_read_signature(file, &signature, err));
    minisign_id_hex(signature.id, v->key_id);
    const char *why = keyring_revokes_key(ring, signature.id);
    if (why != NULL) {
        FAIL(err, PT_E_DENIED, "key %s is revoked%s%s", v->key_id, *why == '\0' ? "" : ": ", why);
    }
    const struct keyring_key *key = ring == NULL ? NULL : keyring_find(ring, signature.id);
    if (key == NULL) {
        v->reason = ring == NULL ? "there is no keyring" : "its key is not in the keyring";
        return PT_OK;
    }
    TRY(minisign_verify(&key->key, &signature, data, err));
    v->level = TRUST_SIGNED;
    v->signer = key->name;
    v->reason = NULL;
    return PT_OK;
}

static pt_status read_signature(const struct keyring *ring, const char *path, struct text data,
                                struct trust_verdict *v, struct pt_error *err)
{
    struct str file = {0};
    pt_status status = owned_read(path, MINISIGN_FILE_MAX, &file, err);
    if (status == PT_E_NOT_FOUND) {
        v->reason = "its manifest is not signed";
        return PT_OK;
    }
    if (status == PT_OK && judge_signature(ring, str_view(&file), data, v, err) != PT_OK) {
        status = error_prefix(err, "%s", path);
    }
    str_release(&file);
    return status;
}

struct judging {
    const struct keyring *ring;
    const struct trust_subject *subject;
    struct arena *arena;
    const char *manifest; // paths
    const char *signature;
};

static pt_status judge_manifest(const struct judging *j, struct text data, struct trust_verdict *v,
                                struct pt_error *err)
{
    if (manifest_parse(data, j->arena, &v->manifest, err) != PT_OK) {
        return error_prefix(err, "%s", j->manifest);
    }
    v->has_manifest = true;
    TRY(check_manifest(&v->manifest, j->subject, err));
    return read_signature(j->ring, j->signature, data, v, err);
}

static pt_status judge(struct judging *j, struct trust_verdict *v, struct pt_error *err)
{
    struct str data = {0};
    j->manifest = manifest_path(j->subject->path, j->arena);
    j->signature = j->manifest == NULL
                       ? NULL
                       : arena_printf(j->arena, "%s" TRUST_SIGNATURE_SUFFIX, j->manifest);
    if (j->signature == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to look for a manifest");
    }
    pt_status status = owned_read(j->manifest, MANIFEST_FILE_MAX, &data, err);
    if (status == PT_E_NOT_FOUND) {
        v->reason = "it has no manifest";
        return PT_OK;
    }
    if (status == PT_OK) {
        status = judge_manifest(j, str_view(&data), v, err);
    }
    str_release(&data);
    return status;
}

pt_status trust_judge(const struct keyring *ring, const struct trust_subject *subject,
                      struct arena *arena, struct trust_verdict *out, struct pt_error *err)
{
    struct judging judging = {.ring = ring, .subject = subject, .arena = arena};
    struct trust_verdict verdict = {.level = TRUST_UNSIGNED};
    TRY(check_revoked(ring, subject, err));
    TRY(judge(&judging, &verdict, err));
    *out = verdict;
    return PT_OK;
}
