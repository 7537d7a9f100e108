// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The walk of a guess. A file that includes this defines before it, for its processor level:
//   GUESS_TARGET                     the functions' attribute
//   guess_literal_is(p, node)        the bytes at p are the node's literal
//   guess_stop(p)                    the first byte from p on that is a quote, a backslash, a
//   control
//                                    byte or not ASCII
//   guess_digits(p)                  a bit for each of 32 bytes: it is a digit
#ifndef MONGO_GUESS_KERNEL_H
#define MONGO_GUESS_KERNEL_H

#include "mongo_guess.h"

// The byte behind a number without exponent and sign; NULL = leave it to the scanner.
GUESS_TARGET
static inline const uint8_t *guess_number(const uint8_t *p)
{
    uint32_t others = ~guess_digits(p);
    uint32_t n = others == 0 ? 32 : (uint32_t)__builtin_ctz(others);
    if (n == 0 || n >= 16 || (n > 1 && *p == '0')) {
        return NULL;
    }
    if (p[n] == '.') {
        others = (others & (others - 1)) | UINT32_C(0x80000000); // the point is the lowest one
        uint32_t end = (uint32_t)__builtin_ctz(others);
        if (end == n + 1 || end == 31) {
            return NULL;
        }
        n = end;
    }
    return (p[n] | 0x20) == 'e' ? NULL : p + n;
}

// The byte behind the step's value at p, NULL when there is none of that kind.
GUESS_TARGET
static inline const uint8_t *guess_scalar(struct mongo_guess *g, uint32_t step, const uint8_t *p,
                                          const uint8_t *end)
{
    const uint8_t *behind = guess_number(p);
    g->is_escaped[step] = 0;
    if (behind != NULL) {
        g->token[step] = MONGO_NUMBER;
        return behind;
    }
    struct mongo_scan s = {.end = end};
    struct mongo_raw raw;
    if (*p == '{' || *p == '[' || *p == '"') {
        return NULL;
    }
    behind = mongo_scan_value(&s, p, 0, &raw);
    g->token[step] = (uint8_t)(behind == NULL ? MONGO_ABSENT : raw.token);
    return behind;
}

// The text at p had a special byte in it; returns the closing quote.
GUESS_TARGET
static const uint8_t *guess_text_rest(struct mongo_guess *g, uint32_t step, const uint8_t *p,
                                      const uint8_t *stop, const uint8_t *end)
{
    struct mongo_scan s = {.end = end};
    bool is_escaped = false;
    stop = mongo_scan_text_slow(&s, p, stop, &is_escaped);
    g->is_escaped[step] = is_escaped ? 1 : 0;
    return stop;
}

// p is behind the opening quote; returns the closing one. Where texts have always the same length,
// that is told to the processor as a fact to be checked, so that it need not wait for the search.
GUESS_TARGET
static inline const uint8_t *guess_text(struct mongo_guess *g, uint32_t step, const uint8_t *p,
                                        struct mongo_guess_node *node)
{
    const uint8_t *stop = guess_stop(p);
    g->token[step] = MONGO_TEXT;
    g->is_escaped[step] = 0;
    if (node->unlike == MONGO_GUESS_UNLIKE) {
        return stop;
    }
    uint32_t last = node->last;
    uint64_t known = last;
    __asm__("" : "+r"(known)); // or the compiler sees that both branches give `stop`
    if (__builtin_expect((uint64_t)(stop - p) == last, 1)) {
        return p + known;
    }
    node->last = (uint32_t)(stop - p);
    node->unlike++;
    return stop;
}

GUESS_TARGET
static inline const uint8_t *guess_walk(struct mongo_guess *g, const uint8_t *p, const uint8_t *end)
{
    struct mongo_guess_node *nodes = g->nodes;
    struct mongo_guess_node *node = &nodes[nodes[0].child];
    uint32_t step = 0;
    g->at[0] = p;
    if (node == nodes) {
        return NULL;
    }
    for (;;) {
        while (!guess_literal_is(p, node)) {
            if (node->next == 0) {
                return NULL;
            }
            node = &nodes[node->next];
        }
        const uint8_t *value = p + node->n;
        const uint8_t *behind = value;
        if (node->kind == MONGO_GUESS_TEXT) {
            behind = guess_text(g, step, value, node);
            if (__builtin_expect(*behind != '"', 0)) {
                behind = guess_text_rest(g, step, value, behind, end);
            }
        } else if (node->kind == MONGO_GUESS_SCALAR) {
            behind = guess_scalar(g, step, value, end);
            if (behind == NULL && node->next != 0) { // a sibling may begin like this one
                node = &nodes[node->next];
                continue;
            }
        } else if (node->kind == MONGO_GUESS_END) {
            g->form = node->child;
            return value;
        } else {
            p = value;
            node = &nodes[node->child];
            continue;
        }
        if (behind == NULL) {
            return NULL;
        }
        p = behind;
        g->at[++step] = p;
        node = &nodes[node->child];
    }
}

#endif
