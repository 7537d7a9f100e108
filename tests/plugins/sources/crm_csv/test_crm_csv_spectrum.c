// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// csv-spectrum: twelve files and what they must parse to, as JSON. Its answers are all text, so
// every column is read as a string. One answer contradicts its own file: the phone number of
// location_coordinates is 2095257564 in the CSV and 1234567890 in the JSON; the file is right.
#include "csv_data.h"

#include <cjson/cJSON.h>

static char *file_text(const char *name)
{
    FILE *in = fopen(csv_data_path(name), "rb");
    assert_non_null(in);
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
    fclose(in);
    return text;
}

// As the harness writes texts: \t \n \r \\ escaped.
static void escaped(const char *text, char *out)
{
    static const char plain[] = "\t\n\r\\";
    static const char letters[] = "tnr\\";
    for (; *text != '\0'; text++) {
        const char *found = strchr(plain, *text);
        if (found != NULL) {
            *out++ = '\\';
        }
        *out++ = found == NULL ? *text : letters[found - plain];
    }
    *out = '\0';
}

static void check_row(const struct harness_table *t, uint64_t row, const cJSON *answer)
{
    char wanted[4096];
    uint32_t column = 0;
    for (const cJSON *cell = answer->child; cell != NULL; cell = cell->next, column++) {
        char *is = harness_value(t, row, column);
        assert_non_null(is);
        assert_true(cJSON_IsString(cell) && strlen(cell->valuestring) < 2000);
        escaped(cell->valuestring, wanted);
        if (strcmp(cell->string, "Contact Phone Number") == 0) {
            assert_string_equal(wanted, "1234567890");
            snprintf(wanted, sizeof wanted, "2095257564");
        }
        // An empty cell without quotes is NULL here, and an empty text there.
        assert_string_equal(strcmp(is, "\\N") == 0 ? "" : is, wanted);
        free(is);
    }
}

static void check_file(const char *stem)
{
    char name[256];
    struct harness_table t;
    struct harness *h = harness_new("crm-csv");
    snprintf(name, sizeof name, "csv-torture/csv-spectrum/csvs/%s.csv", stem);
    harness_file(h, "path", csv_data_path(name));
    harness_set(h, "infer", "false");
    csv_read(h, &t);
    snprintf(name, sizeof name, "csv-torture/csv-spectrum/json/%s.json", stem);
    char *text = file_text(name);
    cJSON *answers = cJSON_Parse(text);
    assert_non_null(answers);
    assert_int_equal(t.n_rejects, 0);
    if (cJSON_IsArray(answers)) {
        uint64_t row = 0;
        assert_int_equal(t.n_rows, cJSON_GetArraySize(answers));
        for (const cJSON *answer = answers->child; answer != NULL; answer = answer->next) {
            check_row(&t, row++, answer);
        }
    } else { // an answer of one row stands without brackets
        assert_int_equal(t.n_rows, 1);
        check_row(&t, 0, answers);
    }
    cJSON_Delete(answers);
    free(text);
    csv_done(h, &t);
}

static void test_crm_csv_spectrum__all_answers(void **state)
{
    (void)state;
    static const char *const stems[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "location_coordinates",
                                        "utf8"};
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++) {
        check_file(stems[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_spectrum__all_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
