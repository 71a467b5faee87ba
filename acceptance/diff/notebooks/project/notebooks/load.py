# Databricks notebook source
limit = 5

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*) FROM silver.orders
