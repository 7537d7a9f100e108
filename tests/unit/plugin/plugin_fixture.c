// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "plugin_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

const char *fixture_folder(const char *name)
{
    static char path[4096];
    const char *build = getenv("PORTRAIT_BUILD");
    assert_non_null(build);
    snprintf(path, sizeof path, "%s/tests/%s", build, name);
    return path;
}

struct registry *fixture_registry(void)
{
    struct registry *r = NULL;
    struct pt_error err = ERROR_INIT;
    struct registry_folder folder = {.path = fixture_folder(SOUND_PLUGINS)};
    if (registry_open(&folder, 1, &r, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return r;
}
