// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Page templates: `/product/{sku}` matches a whole path and captures its parts. {name} is a part
// of one segment (no /, not empty), {name*} takes the rest with its slashes.
#ifndef WEBLOG_PAGE_H
#define WEBLOG_PAGE_H

#include "weblog_value.h"

#define WEBLOG_PAGES_MAX 256u
#define WEBLOG_CAPTURES_MAX 16u // distinct capture names of all pages
#define WEBLOG_PARTS_MAX 17u    // of one template

struct weblog_part {
    const char *text; // literal, or NULL
    uint32_t n;
    uint8_t capture; // index into captures when text is NULL
    bool takes_rest;
};

struct weblog_page {
    const char *name;
    uint32_t n_parts;
    struct weblog_part parts[WEBLOG_PARTS_MAX];
};

struct weblog_pages {
    uint32_t n;
    uint32_t n_captures;
    struct weblog_page page[WEBLOG_PAGES_MAX];
    char captures[WEBLOG_CAPTURES_MAX][WEBLOG_NAME_MAX + 1];
};

// Adds a template; name and text must outlive the pages.
bool weblog_page_add(struct weblog_pages *pages, const char *name, const char *text,
                     struct weblog_fault *fault);

// First page in written order that matches; -1 = none. captured[i] is set for every capture name
// (NULL when the page has none of that name); escapes are not undone.
int32_t weblog_page_match(const struct weblog_pages *pages, struct weblog_bytes path,
                          struct weblog_bytes captured[WEBLOG_CAPTURES_MAX]);

#endif
