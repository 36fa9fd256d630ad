package api

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// Rows of a list: when it is not asked for more, and at most.
const defaultPage, maxPage = 100, 1000

// pageLimit reads the limit of a list.
func pageLimit(c echo.Context) (int, error) {
	q := c.QueryParam("limit")
	if q == "" {
		return defaultPage, nil
	}
	limit, err := strconv.Atoi(q)
	if err != nil || limit < 1 || limit > maxPage {
		return 0, badInput(fmt.Sprintf("limit: want 1 to %d", maxPage), "")
	}
	return limit, nil
}

// recordCursor reads the cursor of a list in the order of its records, which is
// a record's number: another would begin the list again, and whoever pages by
// it would never end.
func recordCursor(c echo.Context) (string, error) {
	q := c.QueryParam("cursor")
	if _, err := strconv.ParseUint(q, 10, 32); q != "" && err != nil {
		return "", badInput("cursor: want the next_cursor of the page before", "")
	}
	return q, nil
}

// param is a parameter of the path, decoded once: the router takes it from the
// path as it was sent where that holds escapes.
func param(c echo.Context, name string) string {
	v := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return v
	}
	plain, err := url.PathUnescape(v)
	if err != nil { // the server has parsed the path, so this cannot be
		return v
	}
	return plain
}
