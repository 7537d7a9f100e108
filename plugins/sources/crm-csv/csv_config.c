// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_config.h"

#include <string.h>

#include "csv_type.h"
#include "pt_mem.h"

bool csv_config_char(const char *text, uint8_t *out)
{
    if (text == NULL || strcmp(text, "none") == 0) {
        *out = 0;
        return true;
    }
    if (strcmp(text, "auto") == 0) {
        *out = CSV_CHAR_AUTO;
        return true;
    }
    if (strcmp(text, "tab") == 0) {
        *out = '\t';
        return true;
    }
    uint8_t c = (uint8_t)text[0];
    *out = c;
    bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    bool is_digit = c >= '0' && c <= '9';
    return (c == '\t' || (c >= ' ' && c < 0x7f)) && text[1] == '\0' && !is_letter && !is_digit;
}

// The four characters in the order delimiter, quote, escape, comment.
static pt_status chars_check(const pt_host *host, const struct csv_config *config, pt_error *err)
{
    static const char *const names[] = {"delimiter", "quote", "escape", "comment"};
    const char *texts[] = {config->delimiter, config->quote, config->escape, config->comment};
    uint8_t c[4];
    for (uint32_t i = 0; i < 4; i++) {
        bool is_good = csv_config_char(texts[i], &c[i]);
        bool is_auto_fine = i == 0 || i == 2;
        bool is_none_fine = i != 0 || texts[i] == NULL;
        if (!is_good || (c[i] == CSV_CHAR_AUTO && !is_auto_fine) || (c[i] == 0 && !is_none_fine)) {
            return pt_fail(host, err, PT_E_CONFIG, names[i],
                           "`%s` is not one ASCII character (no letter or digit)%s", texts[i],
                           is_auto_fine ? " nor auto" : " nor none");
        }
        for (uint32_t k = 0; k < i; k++) {
            bool is_same = c[i] == c[k] && c[i] != 0 && c[i] != CSV_CHAR_AUTO;
            if (is_same && !(k == 1 && i == 2)) {
                return pt_fail(host, err, PT_E_CONFIG, names[i], "the same character as `%s`",
                               names[k]);
            }
        }
    }
    return PT_OK;
}

static pt_status columns_check(const pt_host *host, const struct csv_config *config, pt_error *err)
{
    const char *const *types = config->columns.values;
    for (uint32_t i = 0; i < config->columns.n; i++) {
        struct csv_type type;
        const char *why = NULL;
        if (!csv_type_parse(types[i], &type, &why)) {
            return pt_fail(host, err, PT_E_CONFIG, "columns", "`%s` of column `%s`: %s", types[i],
                           config->columns.keys[i], why);
        }
    }
    return PT_OK;
}

static pt_status names_check(const pt_host *host, const struct csv_config *config, pt_error *err)
{
    const char *const *names = config->names.items;
    for (uint32_t i = 0; i < config->names.n; i++) {
        if (names[i][0] == '\0') {
            return pt_fail(host, err, PT_E_CONFIG, "names", "name %u is empty", i + 1);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) {
                return pt_fail(host, err, PT_E_CONFIG, "names", "`%s` stands there twice",
                               names[i]);
            }
        }
    }
    return PT_OK;
}

pt_status csv_config_check(const pt_host *host, const struct csv_config *config, pt_error *err)
{
    pt_status status = chars_check(host, config, err);
    if (status == PT_OK) {
        status = columns_check(host, config, err);
    }
    if (status == PT_OK) {
        status = names_check(host, config, err);
    }
    char decimal = config->decimal == 0 ? '.' : ',';
    uint8_t delimiter = 0;
    if (status == PT_OK && csv_thousands[config->thousands] == decimal) {
        return pt_fail(host, err, PT_E_CONFIG, "thousands", "the same character as `decimal`");
    }
    if (status == PT_OK && csv_config_char(config->delimiter, &delimiter) && delimiter == ' ' &&
        config->trim != 0) {
        return pt_fail(host, err, PT_E_CONFIG, "delimiter", "a blank needs trim: false");
    }
    return status;
}
