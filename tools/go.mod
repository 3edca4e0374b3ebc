module github.com/wsspec/wsspec/tools

go 1.25.0
