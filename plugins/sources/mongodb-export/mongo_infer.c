// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_infer.h"

#define BIT(kind) (1u << (kind))
#define DICT_TEXT_MAX 256u    // longer texts are not counted
#define DICT_VALUES_MAX 16384 // a dictionary of more is beyond its pay

pt_status mongo_infer_init(struct mongo_infer *f, const pt_host *host, uint32_t n_slots)
{
    *f = (struct mongo_infer){.host = host, .n = n_slots};
    f->seen = pt_mem_zero(host, n_slots, sizeof *f->seen);
    if (f->seen == NULL) {
        f->n = 0;
        return PT_E_NO_MEMORY;
    }
    for (uint32_t i = 0; i < n_slots; i++) {
        pt_dict_init(&f->seen[i].dict, host);
    }
    return PT_OK;
}

void mongo_infer_release(struct mongo_infer *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        pt_dict_release(&f->seen[i].dict);
        pt_mem_free(f->host, f->seen[i].counts);
    }
    if (f->host != NULL) {
        pt_mem_free(f->host, f->seen);
    }
    *f = (struct mongo_infer){0};
}

static pt_status text_count(struct mongo_infer *f, struct mongo_seen *seen,
                            const struct mongo_raw *raw)
{
    seen->n++;
    uint32_t known = seen->dict.n;
    int32_t code =
        pt_dict_intern(&seen->dict, raw->p, raw->n < DICT_TEXT_MAX ? raw->n : DICT_TEXT_MAX);
    if (code < 0 ||
        !pt_mem_reserve(f->host, &seen->counts, &seen->counts_capacity, (uint64_t)code + 1, 1)) {
        return PT_E_NO_MEMORY;
    }
    uint8_t before = (uint32_t)code < known ? seen->counts[code] : 0;
    seen->counts[code] = before < 3 ? before + 1 : 3;
    return PT_OK;
}

pt_status mongo_infer_add(struct mongo_infer *f, const struct mongo_doc *doc)
{
    for (uint32_t i = 0; i < f->n; i++) {
        struct mongo_value v;
        if (doc->slots[i].token <= MONGO_NULL || mongo_value_read(&doc->slots[i], &v) != NULL) {
            continue;
        }
        f->seen[i].kinds |= BIT(v.kind);
        pt_status status = v.kind == MONGO_IS_TEXT ? text_count(f, &f->seen[i], &v.text) : PT_OK;
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static bool only(uint32_t kinds, uint32_t allowed)
{
    return (kinds & ~allowed) == 0;
}

enum mongo_type mongo_infer_type(uint32_t kinds)
{
    const uint32_t whole = BIT(MONGO_IS_INT) | BIT(MONGO_IS_LONG) | BIT(MONGO_IS_WHOLE);
    const uint32_t plain = whole | BIT(MONGO_IS_DOUBLE) | BIT(MONGO_IS_DECIMAL) |
                           BIT(MONGO_IS_TEXT) | BIT(MONGO_IS_OID) | BIT(MONGO_IS_BOOL) |
                           BIT(MONGO_IS_DATE);
    kinds &= ~(BIT(MONGO_IS_NULL) | BIT(MONGO_IS_UNDEFINED));
    if (kinds == 0) {
        return MONGO_STRING;
    }
    if (kinds == BIT(MONGO_IS_BOOL)) {
        return MONGO_BOOL;
    }
    if (kinds == BIT(MONGO_IS_DATE)) {
        return MONGO_TIME;
    }
    if (kinds == BIT(MONGO_IS_INT)) {
        return MONGO_I32;
    }
    if (only(kinds, whole)) {
        return MONGO_I64;
    }
    if (only(kinds, whole | BIT(MONGO_IS_DOUBLE))) {
        return MONGO_F64;
    }
    return only(kinds, plain) ? MONGO_STRING : MONGO_JSON;
}

// Chao's estimate of all distinct values from those seen once and twice (A. Chao, "Nonparametric
// estimation of the number of classes in a population", 1984).
bool mongo_infer_is_dict(const struct mongo_seen *seen)
{
    uint64_t once = 0;
    uint64_t twice = 0;
    for (uint32_t i = 0; i < seen->dict.n; i++) {
        once += seen->counts[i] == 1 ? 1 : 0;
        twice += seen->counts[i] == 2 ? 1 : 0;
    }
    if (seen->n < 8 || (once > 0 && twice == 0 && once * 2 > seen->n)) {
        return false;
    }
    uint64_t unseen = once * once / (2 * (twice > 0 ? twice : 1));
    return seen->dict.n + unseen <= DICT_VALUES_MAX;
}
