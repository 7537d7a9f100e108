// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Records of a batch: evaluate, set bits, drop rows no feature takes, write field by field. Values
// are made canonical (NaN is NULL, -0 is 0), so that equal means equal bits.
#include "reader.h"

#include <math.h>

// Rows outside every window are counted by their meeting but need no record.
static void drop_unseen(struct profile_reader *r)
{
    const struct segment *segments = r->profile->all_segments;
    size_t n = 0;
    for (size_t j = 0; j < r->n; j++) {
        r->pick[n] = r->pick[j];
        r->time[n] = r->time[j];
        r->meeting[n] = r->meeting[j];
        n += segments[r->segment[j]].is_inside;
    }
    r->n = n;
}

static pt_status evaluate(struct profile_reader *r, struct pt_error *err)
{
    for (size_t e = 0; e < r->layout->n_evals; e++) {
        const struct layout_eval *eval = &r->layout->evals[e];
        TRY(reader_eval(r, eval->expr, eval->cutoff, &r->evals[e], err));
    }
    return PT_OK;
}

// flags[j] &= condition of row pick[j]; NULL is false.
static void and_condition(const struct profile_reader *r, const struct vec *v, uint8_t *flags)
{
    size_t step = v->is_const ? 0 : 1;
    if (v->valid == NULL) {
        for (size_t j = 0; j < r->n; j++) {
            flags[j] &= v->b[r->pick[j] * step];
        }
        return;
    }
    for (size_t j = 0; j < r->n; j++) {
        size_t i = r->pick[j] * step;
        flags[j] &= v->b[i] & v->valid[i];
    }
}

static void set_bit(struct profile_reader *r, uint32_t bit, const uint8_t *flags)
{
    size_t n_words = r->layout->n_words;
    uint32_t *word = r->bits + (bit >> 5);
    for (size_t j = 0; j < r->n; j++) {
        word[j * n_words] |= (uint32_t)flags[j] << (bit & 31);
    }
}

static void run_tests(struct profile_reader *r, uint8_t *flags)
{
    memset(r->bits, 0, r->n * r->layout->n_words * sizeof *r->bits);
    memset(r->is_hit, r->layout->takes_all, r->n);
    for (size_t t = 0; t < r->layout->n_tests; t++) {
        const struct layout_test *test = &r->layout->tests[t];
        memset(flags, 1, r->n);
        for (size_t i = 0; i < test->n; i++) {
            and_condition(r, &r->evals[test->evals[i]], flags);
        }
        set_bit(r, test->bit, flags);
        for (size_t j = 0; j < r->n; j++) {
            r->is_hit[j] |= flags[j];
        }
    }
}

static void drop_unasked(struct profile_reader *r)
{
    size_t n_words = r->layout->n_words;
    size_t n = 0;
    for (size_t j = 0; j < r->n; j++) {
        r->pick[n] = r->pick[j];
        r->time[n] = r->time[j];
        r->meeting[n] = r->meeting[j];
        for (size_t w = 0; w < n_words; w++) {
            r->bits[n * n_words + w] = r->bits[j * n_words + w];
        }
        n += r->is_hit[j];
    }
    r->n = n;
}

static bool word_is_there(const struct vec *v, size_t i)
{
    bool is_valid = v->valid == NULL || v->valid[i] != 0;
    return is_valid && (v->type != VEC_F64 || !isnan(v->f[i]));
}

static void set_value_bits(struct profile_reader *r, const struct layout_value *value,
                           uint8_t *flags)
{
    const struct vec *v = &r->evals[value->eval];
    size_t step = v->is_const ? 0 : 1;
    for (size_t j = 0; j < r->n; j++) {
        flags[j] = word_is_there(v, r->pick[j] * step);
    }
    set_bit(r, value->valid, flags);
    if (value->kind == LAYOUT_BIT) {
        and_condition(r, v, flags);
        set_bit(r, value->bit, flags);
    }
}

// The rows from `from` that fit where `grant` points.
struct piece {
    size_t from;
    size_t n;
    unsigned char *at;
    uint32_t width;
};

static void write_word(const struct profile_reader *r, const struct layout_value *value,
                       const struct piece *piece)
{
    const struct vec *v = &r->evals[value->eval];
    size_t step = v->is_const ? 0 : 1;
    unsigned char *to = piece->at + value->at;
    for (size_t j = 0; j < piece->n; j++) {
        size_t i = r->pick[piece->from + j] * step;
        int64_t word = 0;
        if (v->type == VEC_F64) {
            double number = v->f[i] == 0 || !word_is_there(v, i) ? 0.0 : v->f[i];
            memcpy(&word, &number, sizeof word);
        } else {
            word = word_is_there(v, i) ? v->i[i] : 0;
        }
        memcpy(to + j * piece->width, &word, sizeof word);
    }
}

static pt_status write_text(struct profile_reader *r, const struct layout_value *value,
                            const struct piece *piece, struct pt_error *err)
{
    struct profile_reader view = *r;
    view.pick = r->pick + piece->from;
    view.n = piece->n;
    struct reader_texts texts = {r->profile->texts, &r->evals[value->eval], false};
    TRY(reader_codes(&view, &texts, r->codes, err));
    unsigned char *to = piece->at + value->at;
    for (size_t j = 0; j < piece->n; j++) {
        memcpy(to + j * piece->width, &r->codes[j], sizeof r->codes[j]);
    }
    return PT_OK;
}

static void write_head(const struct profile_reader *r, const struct piece *piece)
{
    const struct layout *l = r->layout;
    for (size_t j = 0; j < piece->n; j++) {
        size_t at = piece->from + j;
        unsigned char *to = piece->at + j * piece->width;
        if (l->is_timed) {
            memcpy(to, &r->time[at], sizeof r->time[at]);
        }
        memcpy(to + l->meeting_at, &r->meeting[at], sizeof r->meeting[at]);
        memcpy(to + l->bits_at, r->bits + at * l->n_words, l->n_words * sizeof *r->bits);
    }
}

static pt_status write_piece(struct profile_reader *r, const struct piece *piece,
                             struct pt_error *err)
{
    write_head(r, piece);
    for (size_t i = 0; i < r->layout->n_values; i++) {
        const struct layout_value *value = &r->layout->values[i];
        if (value->kind == LAYOUT_WORD) {
            write_word(r, value, piece);
        } else if (value->kind == LAYOUT_TEXT) {
            TRY(write_text(r, value, piece, err));
        }
    }
    return PT_OK;
}

pt_status reader_record(struct profile_reader *r, struct pt_error *err)
{
    if (!r->layout->is_used) {
        return PT_OK;
    }
    drop_unseen(r);
    if (r->n == 0) {
        return PT_OK;
    }
    TRY(evaluate(r, err));
    uint8_t *flags = (uint8_t *)r->codes;
    run_tests(r, flags);
    drop_unasked(r);
    for (size_t i = 0; i < r->layout->n_values; i++) {
        if (r->layout->values[i].kind != LAYOUT_TEXT) {
            set_value_bits(r, &r->layout->values[i], flags);
        }
    }
    struct piece piece = {.width = r->layout->width};
    for (; piece.from < r->n; piece.from += piece.n) {
        struct spool_grant grant = {.n = r->n - piece.from};
        TRY(spool_reserve(r->profile->spool, r->writer, &r->split, &grant, err));
        piece.n = grant.n;
        piece.at = grant.at;
        TRY(write_piece(r, &piece, err));
    }
    return PT_OK;
}
