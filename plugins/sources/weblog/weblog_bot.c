// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_bot.h"

#include <string.h>

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool weblog_bot_prepare(struct weblog_bots *bots, const char *const *texts, uint32_t n)
{
    memset(bots, 0, sizeof *bots);
    if (n > WEBLOG_BOTS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (texts[i][0] == '\0' || strlen(texts[i]) > UINT16_MAX) {
            return false;
        }
        bots->first[lower((uint8_t)texts[i][0]) + 1]++;
    }
    for (uint32_t b = 0; b < 256; b++) {
        bots->first[b + 1] = (uint16_t)(bots->first[b + 1] + bots->first[b]);
    }
    uint16_t next[256];
    memcpy(next, bots->first, sizeof next);
    for (uint32_t i = 0; i < n; i++) {
        uint16_t at = next[lower((uint8_t)texts[i][0])]++;
        bots->text[at] = texts[i];
        bots->length[at] = (uint16_t)strlen(texts[i]);
    }
    bots->n = n;
    return true;
}

static bool holds_at(const char *text, uint16_t length, const uint8_t *p)
{
    for (uint16_t i = 1; i < length; i++) {
        if (lower(p[i]) != lower((uint8_t)text[i])) {
            return false;
        }
    }
    return true;
}

bool weblog_bot_is(const struct weblog_bots *bots, struct weblog_bytes user_agent)
{
    for (uint64_t at = 0; at < user_agent.n; at++) {
        uint8_t c = lower(user_agent.p[at]);
        for (uint16_t i = bots->first[c]; i < bots->first[c + 1]; i++) {
            if (user_agent.n - at >= bots->length[i] &&
                holds_at(bots->text[i], bots->length[i], user_agent.p + at)) {
                return true;
            }
        }
    }
    return false;
}
