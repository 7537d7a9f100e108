// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A JSON report as a page for people: members under their names, lists of objects as tables.
#ifndef PORTRAIT_CLI_JSON_PAGE_H
#define PORTRAIT_CLI_JSON_PAGE_H

#include <stdio.h>

#include "json.h"

#define JSON_PAGE_ROWS 60   // of a table; the rest is counted
#define JSON_PAGE_ITEMS 20  // of a list on one line
#define JSON_PAGE_BYTES 120 // of a text

void json_page_print(const struct json *object, FILE *out);

#endif
