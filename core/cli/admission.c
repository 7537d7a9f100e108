// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "admission.h"

static bool keep_refusal(struct admission *a, const char *id, const struct pt_error *err)
{
    for (size_t i = 0; i < a->lock->n; i++) {
        if (a->refusals[i] == NULL && strcmp(a->lock->entries[i].id, id) == 0) {
            a->refusals[i] = arena_strdup(a->arena, err->message);
            return a->refusals[i] != NULL;
        }
    }
    return true;
}

static pt_status judge(const struct admission *a, const struct plugin_candidate *file,
                       struct plugin_grant *out, struct pt_error *err)
{
    const struct trust_subject subject = {.path = file->path,
                                          .sha256 = file->sha256,
                                          .id = file->id,
                                          .abi_major = file->abi_major,
                                          .abi_minor = file->abi_minor};
    struct trust_verdict verdict;
    TRY(trust_judge(a->ring, &subject, a->arena, &verdict, err));
    *out = (struct plugin_grant){.signer = verdict.signer,
                                 .reads = verdict.manifest.reads,
                                 .n_reads = verdict.manifest.n_reads,
                                 .hosts = verdict.manifest.hosts,
                                 .n_hosts = verdict.manifest.n_hosts};
    return PT_OK;
}

static pt_status admit(void *ctx, const struct plugin_candidate *file, struct plugin_grant *out,
                       struct pt_error *err)
{
    struct admission *a = ctx;
    struct pt_error reason = ERROR_INIT;
    pt_status status = PT_OK;
    if (a->lock != NULL) {
        status = lock_file_check(a->lock, file->id, file->sha256, &reason);
    }
    if (status == PT_OK) {
        status = judge(a, file, out, &reason);
    }
    if (status != PT_OK && a->lock != NULL && !keep_refusal(a, file->id, &reason)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the list of plugins");
    }
    if (status != PT_OK && err != NULL) {
        *err = reason;
    }
    return status;
}

bool admission_init(struct admission *out, const struct keyring *ring, const struct lock_file *lock,
                    struct arena *arena)
{
    *out = (struct admission){.ring = ring, .lock = lock, .arena = arena};
    out->guard = (struct registry_guard){.admit = admit, .ctx = out};
    if (lock != NULL) {
        out->refusals = arena_zero(arena, lock->n, sizeof *out->refusals);
    }
    return lock == NULL || out->refusals != NULL;
}

static const struct plugin_info *find_pinned(const struct registry *registry,
                                             const struct lock_entry *entry)
{
    for (size_t i = 0; i < registry_count(registry); i++) {
        const struct plugin_info *p = registry_at(registry, i);
        if (p->failure == NULL && strcmp(p->id, entry->id) == 0 &&
            strcmp(p->version, entry->version) == 0 && strcmp(p->sha256, entry->sha256) == 0) {
            return p;
        }
    }
    return NULL;
}

// The bytes are there, but what they are differs from what the lock file says, or they failed.
static const char *why_absent(const struct admission *a, const struct registry *registry, size_t i)
{
    if (a->refusals[i] != NULL) {
        return a->refusals[i];
    }
    for (size_t k = 0; k < registry_count(registry); k++) {
        const struct plugin_info *p = registry_at(registry, k);
        if (strcmp(p->sha256, a->lock->entries[i].sha256) == 0) {
            return p->failure != NULL ? p->failure : "its file has another id or version";
        }
    }
    return "no such file is in the plugin folders";
}

void admission_check(const struct admission *a, const struct registry *registry,
                     struct diags *diags)
{
    for (size_t i = 0; a->lock != NULL && i < a->lock->n; i++) {
        const struct lock_entry *entry = &a->lock->entries[i];
        if (find_pinned(registry, entry) == NULL) {
            diag_add(diags, DIAG_ERROR, "P0503", (struct position){.file = a->lock->path},
                     "if the change is wanted: portrait plugins lock PIPELINE",
                     "the plugin %s %s is not there as it is pinned: %s", entry->id, entry->version,
                     why_absent(a, registry, i));
        }
    }
}
