# A site in a bucket, and a function behind a Function URL. pocketfront reads plan.json beside this file:
#
#   terraform plan -out tfplan && terraform show -json tfplan > plan.json

terraform {
  required_providers {
    aws     = { source = "hashicorp/aws", version = "~> 6.0" }
    archive = { source = "hashicorp/archive", version = "~> 2.7" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

# The site: each file of site/ is an object of the bucket.

resource "aws_s3_bucket" "site" {
  bucket = "example-terraform-site"
}

resource "aws_s3_object" "site" {
  for_each     = fileset("${path.module}/site", "**")
  bucket       = aws_s3_bucket.site.bucket
  key          = each.value
  source       = "${path.module}/site/${each.value}"
  content_type = "text/html"
}

resource "aws_cloudfront_origin_access_control" "site" {
  name                              = "example-terraform-site"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# The API: pocketfront runs the handler from the folder that archive_file packs.

data "archive_file" "greeting" {
  type        = "zip"
  source_dir  = "${path.module}/functions/greeting"
  output_path = "${path.module}/greeting.zip"
}

resource "aws_lambda_function" "greeting" {
  function_name = "greeting"
  role          = "arn:aws:iam::123456789012:role/greeting"
  filename      = data.archive_file.greeting.output_path
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  timeout       = 5

  environment {
    variables = { GREETING = "Hello" }
  }
}

resource "aws_lambda_function_url" "greeting" {
  function_name      = aws_lambda_function.greeting.function_name
  authorization_type = "AWS_IAM"
}

resource "aws_cloudfront_origin_access_control" "greeting" {
  name                              = "example-terraform-greeting"
  origin_access_control_origin_type = "lambda"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

data "aws_cloudfront_cache_policy" "optimized" {
  name = "Managed-CachingOptimized"
}

data "aws_cloudfront_cache_policy" "disabled" {
  name = "Managed-CachingDisabled"
}

data "aws_cloudfront_origin_request_policy" "all" {
  name = "Managed-AllViewerExceptHostHeader"
}

resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  comment             = "Site and API"
  default_root_object = "index.html"

  origin {
    origin_id                = "site"
    domain_name              = aws_s3_bucket.site.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }

  origin {
    origin_id                = "greeting"
    domain_name              = trimsuffix(trimprefix(aws_lambda_function_url.greeting.function_url, "https://"), "/")
    origin_access_control_id = aws_cloudfront_origin_access_control.greeting.id

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "site"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    cache_policy_id        = data.aws_cloudfront_cache_policy.optimized.id
  }

  ordered_cache_behavior {
    path_pattern             = "/api/*"
    target_origin_id         = "greeting"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = ["GET", "HEAD"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = data.aws_cloudfront_cache_policy.disabled.id
    origin_request_policy_id = data.aws_cloudfront_origin_request_policy.all.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
