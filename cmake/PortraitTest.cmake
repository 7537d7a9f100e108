# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# portrait_test(NAME SOURCES f.c... LIBS ... LABELS ...): one process a file, run by ctest.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
function(portrait_test NAME)
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${NAME} ${TEST_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${TEST_LIBS} portrait_flags PkgConfig::CMOCKA)
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT 300
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    ENVIRONMENT "PORTRAIT_BUILD=${CMAKE_BINARY_DIR};PORTRAIT_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()
